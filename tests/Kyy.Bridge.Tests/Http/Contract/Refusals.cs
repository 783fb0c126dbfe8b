using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>What every operation refuses, made for each by what the document says of it.</summary>
internal static partial class Refusals
{
    private const string Unknown = "01j9zvc5w0e6b8h2k4m6p8r0t2";

    private static readonly Dictionary<string, string> Prefixes = new()
    {
        ["tasks"] = "tsk",
        ["endpoints"] = "ep",
        ["replays"] = "rpl",
        ["deliveries"] = "dlv",
        ["clients"] = "cli",
        ["keys"] = "key",
    };

    /// <summary>The scenarios of one operation, as far as they are those of its kind.</summary>
    public static IEnumerable<Scenario> Of(ApiOperation operation) =>
    [
        .. Has(400, "validation", "an unknown parameter", async (world, to) => await world.SendAsync(to, $"{await world.PathAsync(to)}?no_such_parameter=1")),
        .. Bodies(operation),
        .. Has(401, "unauthorized", "without a key", async (world, to) => await to.SendAsync(world.Bridge.As(null), await world.PathAsync(to))),
        .. Has(401, "unauthorized", "an unknown key", async (world, to) => await to.SendAsync(world.Bridge.As("kyb_nobodys"), await world.PathAsync(to))),
        .. Has(403, "forbidden", "a client's key", async (world, to) => await to.SendAsync(world.Caller, await world.PathAsync(to))),
        .. Ids(operation),
        .. Has(409, "idempotency-in-progress", "the first still running", StillRunningAsync),
        .. Has(422, "idempotency-key-reused", "the key of another request", ReusedAsync),
    ];

    private static IEnumerable<Scenario> Has(int status, string problem, string what, Func<ContractWorld, ApiOperation, Task<TestAnswer>> send) =>
        [new("", status, problem, what, send)];

    private static IEnumerable<Scenario> Bodies(ApiOperation operation)
    {
        if (!operation.HasBody) return [];
        return
        [
            .. Has(400, "validation", "an unknown member", (world, to) => WithBodyAsync(world, to, """{"no_such_member":1}""")),
            .. Has(400, "validation", "no object", (world, to) => WithBodyAsync(world, to, "[]")),
            .. Has(400, "malformed-body", "broken JSON", (world, to) => WithBodyAsync(world, to, """{"a":""")),
            .. operation.NeedsBody
                ? Has(400, "malformed-body", "no body", async (world, to) => await world.CallerOf(to).SendAsync(new(to.Method), await world.PathAsync(to), []))
                : [],
            .. Has(413, "payload-too-large", "a byte more than allowed", (world, to) => WithBodyAsync(world, to, new string(' ', LargestOf(to) + 1))),
            .. Has(415, "unsupported-media-type", "as text", async (world, to) =>
                await world.CallerOf(to).SendAsync(new(to.Method), await world.PathAsync(to), Encoding.UTF8.GetBytes(to.BodyExample ?? "{}"), "text/plain")),
        ];
    }

    private static IEnumerable<Scenario> Ids(ApiOperation operation)
    {
        if (operation.IdKind is not { } kind) return [];
        return
        [
            .. Has(404, "not-found", "an id that nothing has", (world, to) => world.SendAsync(to, to.At(UnknownOf(kind)))),
            .. Has(404, "not-found", "an id of no form", (world, to) => world.SendAsync(to, to.At("Not~An~Id"))),
            .. Has(404, "not-found", "an id of another kind", (world, to) => world.SendAsync(to, to.At($"evt_{Unknown}"))),
            .. Resources.AreOfOperator(kind) || operation.IsForAdmins ? [] : Has(404, "not-found", "another client's", OthersAsync),
        ];
    }

    /// <summary>A well-formed id that nothing has.</summary>
    public static string UnknownOf(string kind) => Prefixes.TryGetValue(kind, out var prefix) ? $"{prefix}_{Unknown}" : "no-such-name";

    private static async Task<TestAnswer> WithBodyAsync(ContractWorld world, ApiOperation to, string body) =>
        await world.SendAsync(to, await world.PathAsync(to), body);

    // The thing is there, and its owner sees it: only that makes the 404 mean something.
    private static async Task<TestAnswer> OthersAsync(ContractWorld world, ApiOperation to)
    {
        var others = await Resources.MakeAsync(to.IdKind!, world.Bridge, world.Other, world.NewName());
        var answer = await world.SendAsync(to, to.At(others));
        using var own = await to.SendAsync(world.Bridge.As(world.Other.ApiKey), to.At(others));
        ((int)own.Status).ShouldNotBe(404, "whose it is may see it");
        return answer;
    }

    // The turn is taken by a transaction of the test's own, as that of a request that runs elsewhere would.
    private static async Task<TestAnswer> StillRunningAsync(ContractWorld world, ApiOperation to)
    {
        var (path, key) = (await world.PathAsync(to), world.NewName());
        await using var connection = await world.Bridge.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var turn = connection.CreateCommand();
        turn.CommandText = "select pg_advisory_xact_lock(hashtextextended($1, 0))";
        turn.Parameters.Add(new() { Value = $"{world.OwnerOf(to):n} {path} {key}" });
        await turn.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var answer = await world.SendAsync(to, path, headers: ("Idempotency-Key", key));
        answer.Header("Retry-After").ShouldNotBeNull(to.Name);
        return answer;
    }

    // Both are refused: a refusal of the request itself is kept too, and has no effect.
    private static async Task<TestAnswer> ReusedAsync(ContractWorld world, ApiOperation to)
    {
        var (path, key) = (await world.PathAsync(to), ("Idempotency-Key", world.NewName()));
        if (!to.HasBody)
        {
            using var one = await to.SendAsync(world.Admin, path, headers: [key, ("Kyy-Client", world.Client.Id)]);
            return await to.SendAsync(world.Admin, path, headers: [key, ("Kyy-Client", world.Other.Id)]);
        }

        using var first = await world.SendAsync(to, path, """{"no_such_member":1}""", key);
        return await world.SendAsync(to, path, """{"no_such_member":2}""", key);
    }

    private static int LargestOf(ApiOperation operation)
    {
        var said = Largest().Match(operation.Json.GetProperty("description").GetString()!);
        said.Success.ShouldBeTrue($"{operation.Name} does not say how large its body may be");
        return int.Parse(said.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) << 10;
    }

    [GeneratedRegex("at most ([0-9,]+) KiB", RegexOptions.CultureInvariant)]
    private static partial Regex Largest();
}
