namespace Kyy.Bridge.Emulator.Http;

/// <summary>
/// What one request gets: <see cref="RawAnswer"/>, which the server sends as HTTP, or <see cref="WireAnswer"/>, which goes past it
/// to the byte because no server would send such a thing.
/// </summary>
internal interface IAnswer
{
    /// <summary>0 where the asker gets none.</summary>
    int StatusCode { get; }

    /// <summary>Says that a correct client takes this answer for the task's end: a poll after it is a violation.</summary>
    bool EndsTask { get; }

    /// <summary>The header of that name as it goes out; null where there is none.</summary>
    string? RetryAfter { get; }

    /// <summary>Sends it.</summary>
    /// <param name="context">The request that is answered.</param>
    /// <param name="time">By which pauses within the answer are kept.</param>
    /// <param name="sending">Called before the first byte goes out, if one does.</param>
    /// <returns>False where the asker did not get the whole of it.</returns>
    Task<bool> SendAsync(HttpContext context, TimeProvider time, Action sending);
}
