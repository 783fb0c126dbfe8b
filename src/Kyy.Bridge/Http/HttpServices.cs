using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Limits;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Telemetry;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kyy.Bridge.Http;

/// <summary>What all routes share: problems, JSON, idempotency, health and the description of the API.</summary>
internal static class HttpServices
{
    public static IServiceCollection AddHttpApi(this IServiceCollection services, HttpSettings settings)
    {
        services.AddExceptionHandler<ExceptionProblems>();
        // Without it a request that cannot be bound is a 400 without a body; with it the exception handler answers.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = JsonBody.MaxBytesOnTheWire;
        });
        services.ConfigureHttpJsonOptions(options => WriteAsClientsRead(options.SerializerOptions));
        services.AddSingleton<IdempotencyRecords>()
            .AddSingleton<IReprotectable>(provider => provider.GetRequiredService<IdempotencyRecords>());
        services.AddSingleton<Liveness>();
        services.AddSingleton<Readiness>();
        return services.AddApiDescription(settings);
    }

    /// <summary>The middleware, outermost first: the order matters.</summary>
    public static void UseHttpApi(this WebApplication app, HttpSettings settings)
    {
        if (!settings.KnownProxies.IsEmpty) app.UseForwardedHeaders(BehindProxies(settings));
        if (settings.PathBase.Length > 0) app.UsePathBase(settings.PathBase);
        app.UseRequestLine();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => Problems.OfStatus(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
        app.UseApiPage();
        app.UseRouting();
        app.UseClientLimits();
        app.UseAuthorization();
    }

    /// <summary>The group that every route of the API belongs to.</summary>
    public static IEndpointRouteBuilder MapApi(this IEndpointRouteBuilder app) =>
        app.MapGroup("/v1").AddEndpointFilter<AnswersInTime>().AddEndpointFilter<RequestFaults>().AddEndpointFilter<IdempotencyKey>();

    private static ForwardedHeadersOptions BehindProxies(HttpSettings settings)
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var network in settings.KnownProxies) options.KnownIPNetworks.Add(network);
        return options;
    }

    private static void WriteAsClientsRead(JsonSerializerOptions options)
    {
        var wire = BridgeJson.Wire.Options;
        options.PropertyNamingPolicy = wire.PropertyNamingPolicy;
        options.Encoder = wire.Encoder;
        options.NumberHandling = wire.NumberHandling;
        options.RespectNullableAnnotations = wire.RespectNullableAnnotations;
        options.RespectRequiredConstructorParameters = wire.RespectRequiredConstructorParameters;
        foreach (var converter in wire.Converters) options.Converters.Add(converter);
        options.TypeInfoResolverChain.Insert(0, BridgeJson.Wire);
    }
}
