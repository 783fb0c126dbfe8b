using System.Globalization;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>Looks whether a case went as <see cref="Expected"/>.</summary>
internal static class HostileExpectations
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40), Second = TimeSpan.FromSeconds(1);

    private const string KeysBegin = "sk-hostile";

    private const int EnoughPolls = 3, LongestExcerpt = 512;

    /// <summary>Where it has to be remedied: what is seen before, and that no task ends meanwhile, whatever its deadline.</summary>
    public static async Task ShouldLiveOnUntilItIsRemediedAsync(this HostileCase one)
    {
        if (one.Entry.Remedy == Remedy.None) return;
        if (one.Entry.Expect.Pause is { } pause)
        {
            UpstreamKeyView key = null!;
            await Wait.UntilAsync(
                async () => (key = await one.KeyAsync()).State != UpstreamKeyStates.Active, "the key is paused", Patience);
            (key.State, key.StatusCode).ShouldBe((UpstreamKeyStates.Rejected, pause.StatusCode));
            if (one.Entry.Family == EmulatedFamily.Sd2Manxue)
                await Wait.UntilAsync(one.IsPastItsDeadlineAsync, "the deadline has passed", Patience);
        }
        else
        {
            await one.ShouldLiveOnAsync();
        }

        foreach (var id in one.OtherIds.Prepend(one.TargetId)) (await one.GetAsync(id)).Ended.ShouldBeFalse();
        await one.RemedyAsync();
    }

    public static async Task ShouldEndAsExpectedAsync(this HostileCase one)
    {
        var expect = one.Entry.Expect;
        if (expect.End is null)
        {
            await one.ShouldLiveOnAsync();
            return;
        }

        var task = await one.EndOfAsync(one.TargetId);
        task.Status.ShouldBe(expect.End, $"{task.LastFailure}");
        task.Error.ShouldBe(expect.Error);
        task.Warnings.ShouldBe(expect.Warnings);
        task.VideoUrls.Count.ShouldBe(expect.End == TaskStatuses.Completed ? expect.Links : 0);
        if (expect.Length is { } length) task.ActualDuration.ShouldBe(length);
        task.Family.ShouldBe(one.Entry.Family.Name);
        task.NextPollAt.ShouldBeNull();
        if (expect.Polls is { } polls) one.Upstream.PollsOf(one.Target.Id).Count.ShouldBe(polls);
        if (expect.KnowsCreation && expect.End == TaskStatuses.Completed)
            task.UpstreamCreatedAt.ShouldNotBeNull().ShouldBe(one.Target.CreatedAt, Second);
        if (!expect.KnowsCreation) task.UpstreamCreatedAt.ShouldBeNull();
        if (expect.End == TaskStatuses.TimedOut) task.LastPolledAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(task.DeadlineAt);
        await one.ShouldHaveKeptItsTroubleAsync(task);
    }

    public static async Task ShouldHaveLeftTheKeyAloneAsExpectedAsync(this HostileCase one)
    {
        var (expect, key) = (one.Entry.Expect, await one.KeyAsync());
        key.State.ShouldBe(UpstreamKeyStates.Active);
        if (one.Entry.Tls is not null) return;
        var lines = one.LinesOfItsKey(await one.BudgetsAsync());
        var pauses = lines.Where(line => line.Id is 1320 or 1322).ToList();
        if (one.Entry.Limits is not null)
        {
            one.Limited.ShouldBeLessThanOrEqualTo(expect.MostThrottled);
            if (one.Entry.KeyLimit is { } limit) one.MostInASecond.ShouldBeLessThanOrEqualTo(limit + one.Limited);
            return;
        }

        if (expect.Pause is not { } pause)
        {
            pauses.ShouldBeEmpty();
            return;
        }

        pauses.ShouldAllBe(line => line.Status == pause.StatusCode);
        // What was still asked with the old value when a new one was set pauses what nobody has any more.
        var rejections = pauses.Count(line => line.Id == 1322);
        if (pause.IsRejection) rejections.ShouldBeInRange(pause.DependsOnOrder ? 0 : 1, pause.DependsOnOrder ? int.MaxValue : 1);
        else pauses.ShouldHaveSingleItem().Pause.ShouldBeInRange(pause.Least, pause.Most);
        if (pause.LowersPace)
            (await one.Service.Database.ScalarAsync<double>(BudgetSql("b.pace"), Make.Id(one.TargetId))).ShouldBe(0.5);
    }

    /// <summary>One event for each that is expected, and a webhook that says so.</summary>
    public static async Task ShouldTellOfItsEndOnceAsync(this HostileCase one)
    {
        var expect = one.Entry.Expect;
        string[] types = expect.End is null ? [] : [.. expect.Events ?? [$"task.{expect.End}"]];
        var made = await one.Service.Database.ListAsync<string>(
            "select type from bridge.events where task_id = $1 order by created_at, id", Make.Id(one.TargetId));
        made.ShouldBe(types);
        if (types.Length == 0) return;
        var received = await one.Receiver.WaitForAsync(webhook => webhook.Path == one.Path, types.Length, Patience);
        received.ShouldAllBe(webhook => webhook.Verification == WebhookVerification.Verified);
        received.Select(webhook => WebhookEvent.Read(webhook.Body.Span).Type).ShouldBe(types, ignoreOrder: true);
        if (expect.Pause is { IsRejection: true }) await one.ShouldTellOfItsKeyAsync();
    }

    public static async Task ShouldNotHaveDisturbedTheOthersAsync(this HostileCase one)
    {
        foreach (var (place, id) in one.OtherIds.Index())
            (await one.EndOfAsync(id)).Status.ShouldBe(place < one.Entry.OthersAffected ? one.Entry.Expect.End : TaskStatuses.Completed);
    }

    public static void ShouldHaveAskedCorrectly(this HostileCase one)
    {
        var polls = one.Polls.ToList();
        var excused = one.Entry.Expect.MayBeRepeated ? Violation.TooEarly : Violation.None;
        polls.ShouldAllBe(poll => (poll.Violations & ~excused) == Violation.None);
        if (one.Entry.Tls is not null || one.Entry.BaseUrl is not null) one.Upstream.PollsOf(one.Target.Id).ShouldBeEmpty();
        var report = one.Upstream.Report();
        (report.Unrouted, report.VideosAsked).ShouldBe((0, 0));
        if (one.Entry.TimeScale is not null) ShouldComeBackSlowly(polls, one.Entry.KeyLimit!.Value);
    }

    /// <summary>Nowhere: no table, no line, no answer.</summary>
    public static async Task ShouldShowNoKeyAsync(this HostileCase one)
    {
        foreach (var secret in one.Secrets)
        {
            one.Service.Log().ShouldAllBe(line => !line.Contains(secret, StringComparison.Ordinal));
            foreach (var webhook in one.Receiver.Webhooks) Encoding.UTF8.GetString(webhook.Body.Span).ShouldNotContain(secret);
        }

        JsonSerializer.Serialize(await one.GetAsync(one.TargetId), BridgeJson.Wire.BridgeTask).ShouldNotContain(KeysBegin);
        if (one.Entry.Number == "E39") await one.ShouldStoreNoKeyAsync();
    }

    // Each row of each table as a text, in which bytes are hexadecimal: so the keys are looked for in both writings.
    private static async Task ShouldStoreNoKeyAsync(this HostileCase one)
    {
        var tables = await one.Service.Database.ListAsync<string>(
            "select quote_ident(table_name) from information_schema.tables where table_schema = 'bridge' and table_type = 'BASE TABLE'");
        tables.Count.ShouldBeGreaterThan(10);
        foreach (var table in tables)
        {
            var rows = await one.Service.Database.ListAsync<string>($"select t::text from bridge.{table} t");
            foreach (var writing in (string[])[KeysBegin, Convert.ToHexString(Encoding.UTF8.GetBytes(KeysBegin))])
                rows.ShouldAllBe(row => !row.Contains(writing, StringComparison.OrdinalIgnoreCase), table);
        }
    }

    // After an outage: no more than half of what the key bears in the first second, and never more than that.
    private static void ShouldComeBackSlowly(List<Poll> polls, int limit)
    {
        var back = polls.Where(poll => poll.StatusCode == 200).Min(poll => poll.At);
        polls.Count(poll => poll.At < back).ShouldBeLessThan(limit);
        polls.Count(poll => poll.At >= back && poll.At < back + Second).ShouldBeLessThanOrEqualTo(limit / 2);
    }

    // Three polls more, and it is as it was.
    private static async Task ShouldLiveOnAsync(this HostileCase one)
    {
        BridgeTask task = null!;
        await Wait.UntilAsync(async () => (task = await one.GetAsync(one.TargetId)).Polls > EnoughPolls, "three polls have come", Patience);
        task.Ended.ShouldBeFalse();
        task.ConsecutiveFailures.ShouldBeGreaterThanOrEqualTo(EnoughPolls);
        Line(task.LastFailure).ShouldBe(one.Entry.Expect.Lane ?? one.Entry.Expect.Own);
    }

    private static async Task ShouldHaveKeptItsTroubleAsync(this HostileCase one, BridgeTask task)
    {
        var expect = one.Entry.Expect;
        // Who was refused while nobody knew whose fault it is keeps it; whoever waited has nothing to keep.
        Line(task.LastFailure).ShouldBeOneOf(
            expect.Pause is { IsRejection: true } rejection ? [expect.Own ?? "", $"forbidden {rejection.StatusCode}"] : [expect.Own ?? ""]);
        if (expect.Shows is { } word) task.LastFailure!.Detail.ShouldNotBeNull().ShouldContain(word);
        if (one.Entry.Limits is not null) return;
        var lane = await one.Service.Database.ListAsync<string>(
            LaneSql("concat_ws(' ', l.last_failure_kind, l.last_failure_status)"), Make.Id(one.TargetId));
        lane.ShouldHaveSingleItem().ShouldBeOneOf(expect.MayBeRepeated ? ["", expect.Lane!] : [expect.Lane ?? ""]);
        (await one.Service.Database.ScalarAsync<int>(LaneSql("coalesce(octet_length(l.last_failure_detail), 0)"), Make.Id(one.TargetId)))
            .ShouldBeLessThanOrEqualTo(LongestExcerpt);
    }

    private static async Task ShouldTellOfItsKeyAsync(this HostileCase one)
    {
        const string Sql = """
            select type from bridge.events where task_id is null and convert_from(payload, 'UTF8')::json -> 'data' ->> 'name' = $1
            order by created_at, id
            """;
        var events = await one.Service.Database.ListAsync<string>(Sql, one.KeyName);
        string[] pair = [EventTypes.UpstreamKeyRejected, EventTypes.UpstreamKeyRestored];
        if (!one.Entry.Expect.Pause!.DependsOnOrder) events.ShouldBe(pair);
        else events.Chunk(2).ShouldAllBe(two => two.SequenceEqual(pair));
    }

    private static async Task<BridgeTask> EndOfAsync(this HostileCase one, string id)
    {
        BridgeTask task = null!;
        await Wait.UntilAsync(async () => (task = await one.GetAsync(id)).Ended, $"{one.Entry} has its end", Patience);
        return task;
    }

    private static Task<bool> IsPastItsDeadlineAsync(this HostileCase one) => one.Service.Database.ScalarAsync<bool>(
        "select deadline_at < now() from bridge.tasks where id = $1", Make.Id(one.TargetId));

    private static Task<UpstreamKeyView> KeyAsync(this HostileCase one) =>
        one.Client.GetUpstreamKeyAsync(one.KeyName, TestContext.Current.CancellationToken);

    // That of the value before may have been another one.
    private static Task<List<int>> BudgetsAsync(this HostileCase one) => one.Entry.Remedy == Remedy.NewKey
        ? one.Service.Database.ListAsync<int>(
            "select id from bridge.upstream_budgets b where not exists (select 1 from bridge.upstream_keys k where k.budget_id = b.id)")
        : one.Service.Database.ListAsync<int>(BudgetSql("b.id"), Make.Id(one.TargetId));

    private static IEnumerable<PauseLine> LinesOfItsKey(this HostileCase one, List<int> budgets) => one.Service.Log()
        .Select(line => JsonElement.Parse(line))
        .Where(line => line.TryGetProperty("Budget", out var budget) && budgets.Contains(budget.GetInt32()))
        .Select(line => new PauseLine(
            line.GetProperty("EventId").GetProperty("Id").GetInt32(),
            line.TryGetProperty("StatusCode", out var status) && status.ValueKind == JsonValueKind.Number ? status.GetInt32() : null,
            line.TryGetProperty("Pause", out var pause) ? TimeSpan.Parse(pause.GetString()!, CultureInfo.InvariantCulture) : TimeSpan.Zero));

    private static string BudgetSql(string column) => $"""
        select {column} from bridge.tasks t
        join bridge.upstream_keys k on k.id = t.upstream_key_id
        join bridge.upstream_budgets b on b.id = k.budget_id
        where t.id = $1
        """;

    private static string LaneSql(string column) => $"""
        select {column} from bridge.tasks t
        join bridge.lanes l on t.upstream_key_id = l.upstream_key_id and t.family = l.family and t.service_tier = l.tier
        where t.id = $1
        """;

    private static string Line(TaskFailure? failure) => failure is null ? "" : $"{failure.Kind} {failure.StatusCode}".TrimEnd();

    private sealed record PauseLine(int Id, int? Status, TimeSpan Pause);
}
