using Kyy.Bridge.Persistence;
using Kyy.Bridge.Secrets;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Http;

/// <summary>What was asked and answered under each Idempotency-Key of the last 24 hours. Answers are encrypted: some carry a key.</summary>
internal sealed class IdempotencyRecords(IDataProtectionProvider protection) : IReprotectable
{
    private const string Method = "POST";

    string IReprotectable.Table => "idempotency_keys";

    string IReprotectable.Column => "body";

    IReadOnlyList<string> IReprotectable.Of { get; } = ["t.owner", "t.path", "t.key"];

    IDataProtector IReprotectable.Protector(IReadOnlyList<string> of) => Protector(IdempotentRequest.NameOf(Guid.Parse(of[0]), of[1], of[2]));

    /// <summary>Takes the turn of this key until the transaction ends; false where another request has it.</summary>
    public static async Task<bool> TryTakeTurnAsync(BridgeDbContext db, IdempotentRequest request, CancellationToken cancellation) =>
        await db.Database
            .SqlQuery<bool>($"""select pg_try_advisory_xact_lock(hashtextextended({request.Name}, 0)) as "Value" """)
            .SingleAsync(cancellation);

    public static Task<IdempotencyRecord?> FindAsync(BridgeDbContext db, IdempotentRequest request, CancellationToken cancellation) =>
        db.IdempotencyKeys.FromSql(
            $"""
            select * from bridge.idempotency_keys
             where owner = {request.Owner} and method = {Method} and path = {request.Path} and key = {request.Key}
               and created_at > now() - interval '24 hours'
            """).SingleOrDefaultAsync(cancellation);

    /// <summary>Keeps the answer, over one that is older than 24 hours.</summary>
    public Task KeepAsync(BridgeDbContext db, IdempotentRequest request, Answer answer) =>
        db.Database.ExecuteSqlAsync(
            $"""
            insert into bridge.idempotency_keys (owner, method, path, key, fingerprint, created_at, status, location, body)
            values ({request.Owner}, {Method}, {request.Path}, {request.Key}, {request.Fingerprint}, now(),
                    {answer.Status}, {answer.Location}, {Protector(request.Name).Protect(answer.Body)})
            on conflict (owner, method, path, key) do update
               set fingerprint = excluded.fingerprint, created_at = excluded.created_at,
                   status = excluded.status, location = excluded.location, body = excluded.body
            """);

    /// <summary>The answer of a record that has one.</summary>
    public Answer AnswerOf(IdempotencyRecord record, IdempotentRequest request) =>
        new(record.Status!.Value, record.Location, Protector(request.Name).Unprotect(record.Body!));

    /// <summary>Keeps the fingerprint, at once, and says whether it is that of the first request with this key.</summary>
    public static async Task<bool> IsSameAsync(BridgeDbContext db, IdempotentRequest request, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into bridge.idempotency_keys as kept (owner, method, path, key, fingerprint, created_at)
            values ({request.Owner}, {Method}, {request.Path}, {request.Key}, {request.Fingerprint}, now())
            on conflict (owner, method, path, key) do update
               set fingerprint = excluded.fingerprint, created_at = excluded.created_at
             where kept.created_at <= now() - interval '24 hours'
            """,
            cancellation);
        return await FindAsync(db, request, cancellation) is { } record && record.Fingerprint.AsSpan().SequenceEqual(request.Fingerprint);
    }

    /// <summary>Forgets the fingerprint of a request that came to nothing.</summary>
    public static Task ForgetAsync(BridgeDbContext db, IdempotentRequest request) =>
        db.IdempotencyKeys
            .Where(row => row.Owner == request.Owner && row.Method == Method && row.Path == request.Path && row.Key == request.Key)
            .ExecuteDeleteAsync();

    // The purpose is the row: an answer that is copied to another key is worth nothing there.
    private IDataProtector Protector(string request) => protection.CreateProtector("Kyy.Bridge.IdempotencyRecords", request);
}
