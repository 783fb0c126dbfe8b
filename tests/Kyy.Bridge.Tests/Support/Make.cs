using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Tests.Support;

/// <summary>Makes parts of the service that take more than a line to make.</summary>
internal static class Make
{
    private static int _ids;

    private static readonly DateTimeOffset EndedAt = new(2026, 11, 20, 9, 10, 11, 123, TimeSpan.Zero);

    public static Migrator Migrator(NpgsqlDataSource dataSource) => new(dataSource, Contexts(dataSource), [], NullLogger<Migrator>.Instance);

    public static IDbContextFactory<BridgeDbContext> Contexts(NpgsqlDataSource dataSource) => new ServiceCollection()
        .AddDbContextFactory<BridgeDbContext>(options => PersistenceServices.Configure(options, dataSource))
        .BuildServiceProvider()
        .GetRequiredService<IDbContextFactory<BridgeDbContext>>();

    /// <summary>An end of a task, given by the id that callers know it by.</summary>
    public static Outcome Outcome(string task, string status) => new()
    {
        Task = Id(task),
        Status = status,
        Family = Families.Veo,
        VideoUrls = status == TaskStatuses.Completed ? ["https://cdn.example.test/video.mp4"] : [],
        EndedAt = EndedAt,
    };

    /// <summary>An id that no other has.</summary>
    public static Guid NewId() => new(Interlocked.Increment(ref _ids), 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0);

    public static Guid Id(string task) =>
        TypeId.TryParse(TypeId.Task, task, out var id) ? id : throw new ArgumentException($"{task} is no task's id.", nameof(task));
}
