using System.Text;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Secrets;

/// <summary>Secrets that are searched for afterwards, in clear and as what is often made of a text: base64 and hex.</summary>
internal sealed class Canaries
{
    private const int ShortestTold = 8;

    private readonly Dictionary<string, string> _secrets = [];

    /// <summary>Remembers a secret by a name for the failing test's message.</summary>
    public string Add(string name, string secret)
    {
        secret.Length.ShouldBeGreaterThan(ShortestTold, name);
        _secrets.Add(name, secret);
        return secret;
    }

    /// <summary>Where which secret is found in a text; empty as it should be.</summary>
    public IEnumerable<string> FoundIn(string place, string text) =>
        from secret in _secrets
        from form in Forms(secret.Value)
        where text.Contains(form.Text, StringComparison.OrdinalIgnoreCase)
        select $"{secret.Key} {form.Name} in {place}";

    /// <summary>Likewise in every row of every table, whose columns of bytes PostgreSQL writes in hex.</summary>
    public async Task<List<string>> FoundInAsync(TestDatabase database)
    {
        var found = new List<string>();
        foreach (var table in await database.ListAsync<string>("select tablename::text from pg_tables where schemaname = 'bridge' order by 1"))
        {
            foreach (var row in await database.ListAsync<string>($"select t::text from bridge.{table} t")) found.AddRange(FoundIn($"bridge.{table}", row));
        }

        return found;
    }

    private static IEnumerable<(string Name, string Text)> Forms(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        yield return ("in clear", secret);
        yield return ("in hex", Convert.ToHexString(bytes));
        // Base64 depends on where in the whole the text begins: of each case what does not depend on its neighbours.
        for (var shift = 0; shift < 3; shift++)
        {
            var encoded = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            yield return ("in base64", encoded[(shift == 0 ? 0 : 4)..^4]);
        }
    }
}
