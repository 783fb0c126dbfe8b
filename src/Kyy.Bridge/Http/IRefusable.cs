namespace Kyy.Bridge.Http;

/// <summary>
/// An argument of a handler that is read from the request and may turn out to be unusable: then its refusal is the answer, and the
/// handler never runs.
/// </summary>
internal interface IRefusable
{
    ProblemResult? Refusal { get; }
}
