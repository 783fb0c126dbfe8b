namespace Kyy.Bridge.Tests.Support;

/// <summary>
/// For tests that hold polls to a scaled maximum, where what is a tenth of a second late is one and a half in life, or answers to the time
/// that is promised for them. They run after all others and one by one, so that it is the service that is judged, and not what else the
/// processors have to do.
/// </summary>
[CollectionDefinition(nameof(AloneOnTheMachine), DisableParallelization = true)]
public sealed class AloneOnTheMachine;
