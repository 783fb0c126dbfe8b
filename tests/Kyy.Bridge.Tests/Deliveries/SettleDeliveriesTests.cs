using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class SettleDeliveriesTests(PostgresServer server)
{
    private static readonly DateTimeOffset StartedAt = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly AttemptResult Ok = new AttemptResult.Accepted(204), Busy = new AttemptResult.Rejected(503, null);

    [Fact]
    public async Task What_was_accepted_is_delivered_and_its_attempt_is_kept()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var leased = await database.LeasedAsync();

        await SettleDeliveries.WriteAsync(database.DataSource, [After(leased, Ok)]);

        (await database.RowAsync(leased.Id)).ShouldBe("delivered claim 1 attempts 1 unsettled 0");
        (await database.AttemptsAsync(leased.Id)).ShouldBe(["1 204"]);
        (await database.ReadAsync<string>("select duration_ms || ' ' || encode(response_body, 'escape') from bridge.delivery_attempts"))
            .ShouldBe(["250 thanks"]);
    }

    [Fact]
    public async Task What_failed_is_due_again_after_its_wait()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var leased = await database.LeasedAsync();

        await SettleDeliveries.WriteAsync(database.DataSource, [After(leased, Busy)]);

        (await database.RowAsync(leased.Id)).ShouldBe("pending claim 1 attempts 1 unsettled 0");
        (await database.DueInAsync(leased.Id)).ShouldBeInRange(50, 60);
        (await database.AttemptsAsync(leased.Id)).ShouldBe(["1 503"]);
    }

    [Fact]
    public async Task A_wait_that_is_over_already_is_no_time_before_now()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var leased = await database.LeasedAsync();
        var now = (await database.ReadAsync<DateTimeOffset>("select now()")).Single();

        await SettleDeliveries.WriteAsync(database.DataSource, [After(leased, Busy) with { Wait = TimeSpan.FromHours(-1) }]);

        var next = (await database.ReadAsync<DateTimeOffset>("select next_attempt_at from bridge.deliveries")).Single();
        next.ShouldBeGreaterThanOrEqualTo(now);
    }

    [Fact]
    public async Task What_was_handed_back_is_due_at_once_and_its_attempt_does_not_count()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var leased = await database.LeasedAsync();

        await SettleDeliveries.WriteAsync(database.DataSource, [Settlement.HandBack(leased)]);

        (await database.RowAsync(leased.Id)).ShouldBe("pending claim 1 attempts 0 unsettled 0");
        (await database.AttemptsAsync(leased.Id)).ShouldBeEmpty();
        (await database.ClaimAsync(leased.Destination)).Single().Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task A_claim_that_is_another_s_by_now_changes_nothing_but_its_attempt_is_a_fact()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var frozen = await database.LeasedAsync();
        await database.ExpireAsync(frozen.Id);
        await database.ClaimAsync(frozen.Destination);

        await SettleDeliveries.WriteAsync(database.DataSource, [After(frozen, Ok)]);

        (await database.RowAsync(frozen.Id)).ShouldBe("pending claim 2 attempts 2 unsettled 2 leased");
        (await database.AttemptsAsync(frozen.Id)).ShouldBe(["1 204"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_claims_in_one_batch_the_current_one_decides_whichever_stands_first(bool currentFirst)
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var frozen = await database.LeasedAsync();
        await database.ExpireAsync(frozen.Id);
        var current = (await database.ClaimAsync(frozen.Destination)).Single();
        Settlement[] settlements = [After(current, Ok), After(frozen, Busy)];

        await SettleDeliveries.WriteAsync(database.DataSource, currentFirst ? settlements : [.. settlements.Reverse()]);

        (await database.RowAsync(frozen.Id)).ShouldBe("delivered claim 2 attempts 2 unsettled 0");
        (await database.AttemptsAsync(frozen.Id)).ShouldBe(["1 503", "2 204"]);
    }

    [Fact]
    public async Task A_delivery_that_was_cancelled_meanwhile_stays_so()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var leased = await database.LeasedAsync();
        await database.ExecuteAsync(
            "update bridge.deliveries set state = 'cancelled', ended_at = now(), next_attempt_at = null, leased_until = null");

        await SettleDeliveries.WriteAsync(database.DataSource, [After(leased, Ok)]);

        (await database.RowAsync(leased.Id)).ShouldBe("cancelled claim 1 attempts 1 unsettled 1");
        (await database.AttemptsAsync(leased.Id)).ShouldBe(["1 204"]);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_called_no_more()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var leased = await database.LeasedAsync();
        var other = await database.LeasedAsync();

        await SettleDeliveries.WriteAsync(database.DataSource, [After(leased, new AttemptResult.Gone()), After(other, Ok)]);

        (await database.RowAsync(leased.Id)).ShouldBe("dead claim 1 attempts 1 unsettled 0 gone");
        (await database.AttemptsAsync(leased.Id)).ShouldBe(["1 410"]);
        var disabled = await database.ReadAsync<Guid>("select id from bridge.task_callbacks where disabled_at is not null");
        disabled.ShouldBe([leased.CallbackId]);
    }

    [Fact]
    public async Task Why_there_was_no_answer_is_told_in_the_words_of_the_API()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var destination = await database.DestinationAsync();
        await database.DeliveriesAsync(destination, Enum.GetValues<AttemptError>().Length);
        var leased = await database.ClaimAsync(destination);

        var errors = Enum.GetValues<AttemptError>().Select(error => new AttemptResult.Unreachable(error));
        Settlement[] settlements = [.. leased.Zip(errors, After)];
        await SettleDeliveries.WriteAsync(database.DataSource, settlements);

        (await database.ReadAsync<string>("select error from bridge.delivery_attempts"))
            .ShouldBe(["dns", "refused", "reset", "timeout", "tls", "http", "guard", "worker_lost", "not_signed"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_settle_that_is_written_twice_is_written_once()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var leased = await database.LeasedAsync();

        await SettleDeliveries.WriteAsync(database.DataSource, [After(leased, Ok)]);
        await SettleDeliveries.WriteAsync(database.DataSource, [After(leased, Ok)]);

        (await database.RowAsync(leased.Id)).ShouldBe("delivered claim 1 attempts 1 unsettled 0");
        (await database.AttemptsAsync(leased.Id)).ShouldBe(["1 204"]);
    }

    private static Settlement After(LeasedDelivery delivery, AttemptResult result) => Settlement.After(
        delivery, new(result, StartedAt, TimeSpan.FromMilliseconds(250), "thanks"u8.ToArray()), [TimeSpan.FromMinutes(1)], jitter: 0);
}
