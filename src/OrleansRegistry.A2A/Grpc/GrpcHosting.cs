using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.A2A.Grpc;

/// <summary>Puts the gRPC binding into an application.</summary>
internal static class GrpcHosting
{
    public static void AddGrpcBinding(this IServiceCollection services)
    {
        services.AddGrpc().AddServiceOptions<GrpcService>(_ => { });
        services.AddOptions<GrpcServiceOptions<GrpcService>>().Configure<IOptions<RegistryHttpOptions>>(
            (grpc, http) => grpc.MaxReceiveMessageSize = (int)Math.Min(int.MaxValue, http.Value.MaxTaskBodyBytes));
        services.AddSingleton<GrpcCalls>();
        services.AddSingleton<GrpcService>();
        services.AddSingleton<IServiceMethodProvider<GrpcService>, GrpcMethods>();
    }

    public static void MapGrpcBinding(this IEndpointRouteBuilder endpoints, ApiRoutes routes)
    {
        var mapped = endpoints.MapGrpcService<GrpcService>();
        routes.AskCaller(mapped);
        mapped.Add(endpoint =>
        {
            // gRPC has the limit, and says what is too large.
            var next = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                {
                    limit.MaxRequestBodySize = null;
                }

                return next(context);
            };
        });
    }
}
