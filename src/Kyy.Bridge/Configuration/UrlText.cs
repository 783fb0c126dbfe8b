namespace Kyy.Bridge.Configuration;

/// <summary>Addresses that the service itself calls.</summary>
internal static class UrlText
{
    /// <summary>Reads an absolute http(s) URL. A slash at its end is dropped, so that two spellings of one base URL are one.</summary>
    public static Parsed<Uri> Parse(string text)
    {
        if (!Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            return new Remedy("Write an absolute URL that begins with https:// or http://.");

        return url is { UserInfo: "", Query: "", Fragment: "" }
            ? url
            : new Remedy("Write the URL without user name, password, query and fragment: addresses are logged, so none may hold a secret.");
    }
}
