using System.Collections.Immutable;

namespace Kyy.Bridge.Upstream.Catalogue;

/// <summary>The families this process knows: the documented ones, or what configuration made of them.</summary>
internal sealed class ModelCatalogue
{
    private readonly ImmutableDictionary<string, ModelFamily> _byId;

    /// <param name="families">In the order in which their patterns are tried.</param>
    /// <exception cref="ArgumentException">Two families share an id, or none is <see cref="DefaultFamily"/>.</exception>
    public ModelCatalogue(IEnumerable<ModelFamily> families)
    {
        Families = [.. families];
        _byId = Families.ToImmutableDictionary(family => family.Id, StringComparer.Ordinal);
        Default = Find(DefaultFamily.Id)
            ?? throw new ArgumentException($"A catalogue needs the family '{DefaultFamily.Id}'.", nameof(families));
    }

    /// <summary>The five documented families and the default one, with the documents' numbers.</summary>
    public static ModelCatalogue Documented { get; } =
        new([StarVideos.Family, Videos.Family, Seedance15.Family, Veo.Family, Sd2Manxue.Family, DefaultFamily.Family]);

    public ImmutableArray<ModelFamily> Families { get; }

    /// <summary>The family of the models that belong to no other.</summary>
    public ModelFamily Default { get; }

    /// <summary>The family of that id; null where there is none.</summary>
    public ModelFamily? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The family of that id; <see cref="Default"/> where it is not known, here or at all.</summary>
    public ModelFamily Of(string? id) => id is not null && Find(id) is { } family ? family : Default;

    /// <summary>The first family one of whose patterns matches; <see cref="Default"/> where none does, whatever its place.</summary>
    public ModelFamily ForModel(string model) =>
        Families.FirstOrDefault(family => family != Default && family.Owns(model)) ?? Default;
}
