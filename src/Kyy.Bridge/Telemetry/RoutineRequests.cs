namespace Kyy.Bridge.Telemetry;

/// <summary>Marks endpoints that are asked every few seconds and say nothing new: probes, and pages that refresh themselves.</summary>
internal sealed class RoutineRequests;
