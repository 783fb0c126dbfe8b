using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>The same facts for each of the five documented families, against the recorded answers of each.</summary>
public abstract class ModelFamilyConformance(string id)
{
    private static readonly string[] _everywhere = ["queued", "processing", "completed", "failed"];

    private readonly ModelFamily _family = ModelCatalogue.Documented.Find(id)!;

    /// <summary>The document that the family's numbers come from.</summary>
    protected abstract string Document { get; }

    protected virtual string[] StatusesOfItsOwn => [];

    protected virtual PollWindow? FlexWindow => null;

    protected virtual TimeSpan? RecordLife => null;

    protected virtual double Duration => 8;

    [Fact]
    public void Fixtures_CoverExactlyTheDocumentedStatuses() =>
        Fixtures().Select(Status).ShouldBe([.. _everywhere, .. StatusesOfItsOwn], ignoreOrder: true);

    [Fact]
    public void Fixtures_AreOfTheFamilysDocument() =>
        Fixtures().ShouldAllBe(name => UpstreamFixtures.Manifest[name].GetProperty("document").GetString() == Document);

    [Fact]
    public void Reading_OfEachStatus_IsWhatTheDocumentMeans()
    {
        foreach (var name in Fixtures())
        {
            var json = UpstreamFixtures.Json(name);
            Read(name).Line().ShouldBe(Status(name) switch
            {
                "queued" => "Queued",
                "processing" => "Processing",
                "completed" => $"Completed {json["video_url"]}",
                "failed" => $"Failed {json["error"]}",
                "cancelled" => "Cancelled",
                var other => $"no rule for {other}",
            });
        }
    }

    [Fact]
    public void Reading_EndsATask_ExactlyWhereTheManifestSaysSo()
    {
        foreach (var name in Fixtures())
        {
            var terminal = Read(name) is UpstreamReply.Reading and not UpstreamReply.Waiting;
            terminal.ShouldBe(UpstreamFixtures.Manifest[name].GetProperty("terminal").GetBoolean(), name);
        }
    }

    [Fact]
    public void Reading_OfEachStatus_CarriesTheAnswersFacts()
    {
        foreach (var name in Fixtures())
        {
            var json = UpstreamFixtures.Json(name);
            var facts = Read(name).ShouldBeAssignableTo<UpstreamReply.Reading>()!.Facts;
            facts.RawStatus.ShouldBe(Status(name));
            facts.Model.ShouldBe((string?)json["model"]);
            facts.Created.ShouldBe(DateTimeOffset.FromUnixTimeSeconds((long)json["created"]!));
            facts.ActualDuration.ShouldBe(Status(name) is "completed" ? Duration : null);
            facts.Warnings.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Reading_AskedForAnotherTask_IsNeverTakenForIt()
    {
        foreach (var name in Fixtures())
            Answers.Read(UpstreamFixtures.Bytes(name), id: "another").Line().ShouldBe("NotOurs ForeignId");
    }

    [Fact]
    public void Model_OfEachAnswer_LeadsToTheFamily() =>
        Fixtures().ShouldAllBe(name => ModelCatalogue.Documented.ForModel((string)UpstreamFixtures.Json(name)["model"]!) == _family);

    [Fact]
    public void Window_IsTheDocumentedOne()
    {
        var documented = new PollWindow(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));

        _family.WindowFor(flex: false).ShouldBe(documented);
        _family.FlexWindow.ShouldBe(FlexWindow);
        _family.WindowFor(flex: true).ShouldBe(FlexWindow ?? documented);
    }

    [Fact]
    public void Deadline_IsADay_AndTwoWhereThereIsAnOfflineTier()
    {
        _family.DeadlineFor(flex: false).ShouldBe(TimeSpan.FromDays(1));
        _family.DeadlineFor(flex: true).ShouldBe(TimeSpan.FromDays(FlexWindow is null ? 1 : 2));
    }

    [Fact]
    public void Deadline_IsFarAboveEveryEstimate() =>
        _family.Estimates.ShouldAllBe(estimate => estimate.Min < estimate.Max && estimate.Max * 10 < _family.Deadline);

    [Fact]
    public void RecordLife_IsTheDocumentedOne() => _family.RecordLife.ShouldBe(RecordLife);

    [Fact]
    public void LinkExpiry_IsTheDocumentedOne()
    {
        var created = Answers.Now.AddHours(-3);

        _family.LinkExpiry(created, Answers.Now).ShouldBe(LinkExpiry(created, Answers.Now));
        _family.LinkExpiry(null, Answers.Now).ShouldBe(LinkExpiry(null, Answers.Now));
    }

    protected virtual DateTimeOffset? LinkExpiry(DateTimeOffset? created, DateTimeOffset completedAt) => null;

    private static string Status(string fixture) => fixture.Split('.')[1];

    private static UpstreamReply Read(string fixture) =>
        Answers.Read(UpstreamFixtures.Bytes(fixture), id: (string)UpstreamFixtures.Json(fixture)["id"]!);

    private List<string> Fixtures() => [.. UpstreamFixtures.Names.Where(name => name.StartsWith($"{id}.", StringComparison.Ordinal))];

    public class StarVideosFamily() : ModelFamilyConformance("starvideos")
    {
        protected override string Document => "000_535d1a603d9c0ba1.txt";

        protected override double Duration => 5;
    }

    public class VideosFamily() : ModelFamilyConformance("videos")
    {
        protected override string Document => "001_f19c763588da7aba.txt";
    }

    public class Seedance15Family() : ModelFamilyConformance("seedance15")
    {
        protected override string Document => "002_15ca3debac9c3975.txt";

        protected override string[] StatusesOfItsOwn => ["cancelled"];

        protected override PollWindow? FlexWindow => new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120));

        protected override TimeSpan? RecordLife => TimeSpan.FromDays(1);

        protected override double Duration => 5;

        protected override DateTimeOffset? LinkExpiry(DateTimeOffset? created, DateTimeOffset completedAt) => created?.AddDays(1);
    }

    public class VeoFamily() : ModelFamilyConformance("veo")
    {
        protected override string Document => "003_4ba0cad9aa1e09ed.txt";

        protected override DateTimeOffset? LinkExpiry(DateTimeOffset? created, DateTimeOffset completedAt) => completedAt.AddDays(1);
    }

    public class Sd2ManxueFamily() : ModelFamilyConformance("sd2manxue")
    {
        protected override string Document => "004_963ba302c249a786.txt";
    }
}
