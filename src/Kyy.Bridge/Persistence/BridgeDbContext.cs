using System.Text.Json;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Operators;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Persistence;

/// <summary>The tables as EF Core sees them: for migrations, cold reads and administration. Hot statements are SQL beside their feature.</summary>
internal sealed class BridgeDbContext(DbContextOptions<BridgeDbContext> options) : DbContext(options)
{
    public const string Schema = "bridge", MigrationsTable = "migrations";

    public DbSet<ApiClient> Clients => Set<ApiClient>();
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<UpstreamKey> UpstreamKeys => Set<UpstreamKey>();
    public DbSet<SigningSecretRow> SigningSecrets => Set<SigningSecretRow>();
    public DbSet<Lane> Lanes => Set<Lane>();
    public DbSet<TrackedTask> Tasks => Set<TrackedTask>();
    public DbSet<TaskCallback> TaskCallbacks => Set<TaskCallback>();
    public DbSet<BridgeEvent> Events => Set<BridgeEvent>();
    public DbSet<Delivery> Deliveries => Set<Delivery>();
    public DbSet<DeliveryAttempt> DeliveryAttempts => Set<DeliveryAttempt>();
    public DbSet<IdempotencyRecord> IdempotencyKeys => Set<IdempotencyRecord>();
    public DbSet<UpstreamBudget> UpstreamBudgets => Set<UpstreamBudget>();
    public DbSet<WebhookEndpoint> Endpoints => Set<WebhookEndpoint>();
    public DbSet<EndpointSecretRow> EndpointSecrets => Set<EndpointSecretRow>();
    public DbSet<Replay> Replays => Set<Replay>();
    public DbSet<Hold> Holds => Set<Hold>();
    public DbSet<Destination> Destinations => Set<Destination>();
    public DbSet<ModelDurations> ModelDurations => Set<ModelDurations>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<ApiClient>().ToTable("clients");
        modelBuilder.Entity<ApiKey>().ToTable("api_keys");
        modelBuilder.Entity<UpstreamKey>().ToTable("upstream_keys");
        modelBuilder.Entity<SigningSecretRow>().ToTable("signing_secrets");
        modelBuilder.Entity<Lane>().ToTable("lanes");
        modelBuilder.Entity<Slot>().ToTable("slots");
        modelBuilder.Entity<TrackedTask>().ToTable("tasks");
        modelBuilder.Entity<TaskCallback>().ToTable("task_callbacks");
        modelBuilder.Entity<BridgeEvent>(row =>
        {
            row.ToTable("events");
            row.Property(e => e.Xid).HasColumnType("xid8").ValueGeneratedOnAdd();
        });
        modelBuilder.Entity<Destination>().ToTable("destinations");
        modelBuilder.Entity<Delivery>().ToTable("deliveries");
        modelBuilder.Entity<DeliveryAttempt>().ToTable("delivery_attempts").HasKey(a => new { a.DeliveryId, a.Number });
        modelBuilder.Entity<IdempotencyRecord>().ToTable("idempotency_keys").HasKey(k => new { k.Owner, k.Method, k.Path, k.Key });
        modelBuilder.Entity<WebhookEndpoint>().ToTable("endpoints");
        modelBuilder.Entity<EndpointSecretRow>().ToTable("endpoint_secrets");
        modelBuilder.Entity<Replay>().ToTable("replays").Property(replay => replay.PositionXid).HasColumnType("xid8");
        modelBuilder.Entity<Hold>().ToTable("holds");
        modelBuilder.Entity<PastHold>().ToTable("past_holds");
        modelBuilder.Entity<FeedState>(row =>
        {
            row.ToTable("feed_state").HasKey(state => state.OnlyRow);
            row.Property(state => state.RemovedXid).HasColumnType("xid8");
        });
        modelBuilder.Entity<DataProtectionKey>().ToTable("data_protection_keys");
        modelBuilder.Entity<InstanceSecret>().ToTable("instance_secrets").HasKey(s => s.Name);
        modelBuilder.Entity<UpstreamBudget>().ToTable("upstream_budgets");
        modelBuilder.Entity<Replica>().ToTable("replicas");
        modelBuilder.Entity<ModelDurations>().ToTable("model_durations").HasKey(d => new { d.Model, d.Tier });
        NameColumns(modelBuilder);
    }

    private static void NameColumns(ModelBuilder modelBuilder)
    {
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
    }
}
