using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace OrleansRegistry.Mcp.Protocol;

/// <summary>The endpoint of the protocol's library, which maps itself, taken off what it maps: the kit maps it, as it does all others.</summary>
internal static class McpLibrary
{
    public static RequestDelegate Endpoint(IServiceProvider services)
    {
        var routes = new Routes(services);
        routes.MapMcp(McpEndpoint.Path);
        return routes.DataSources.SelectMany(source => source.Endpoints).Single().RequestDelegate!;
    }

    private sealed class Routes(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }
}
