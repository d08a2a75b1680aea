using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Http;

/// <summary>Maps a front end's endpoints, each with its description.</summary>
internal sealed class ApiRoutes
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private readonly IEndpointRouteBuilder endpoints;
    private readonly RegistryHttpOptions options;
    private readonly CallerRule? caller;
    private readonly RequestLimits limits;
    private FaultAnswer answerFault;
    private bool isHidden;

    public ApiRoutes(IEndpointRouteBuilder endpoints)
    {
        this.endpoints = endpoints;
        answerFault = endpoints.ServiceProvider.GetRequiredService<FaultHandler>().AnswerAsync;
        options = endpoints.ServiceProvider.GetRequiredService<IOptions<RegistryHttpOptions>>().Value;
        limits = endpoints.ServiceProvider.GetRequiredService<RequestLimits>();
        caller = CallerRule.Of(options, endpoints.ServiceProvider.GetRequiredService<CallerGate>());
    }

    /// <summary>The same for endpoints whose errors have bodies of their own.</summary>
    public ApiRoutes Answering(FaultAnswer faults) => With(routes => routes.answerFault = faults);

    /// <summary>The same for endpoints that the OpenAPI document leaves out.</summary>
    public ApiRoutes Hidden() => With(routes => routes.isHidden = true);

    public void Get(string pattern, Func<HttpContext, Task> handler, ApiOperation description) => Map(Reading, pattern, handler, description);

    public void Post(string pattern, Func<HttpContext, Task> handler, ApiOperation description) =>
        Map([HttpMethods.Post], pattern, handler, description);

    public void Put(string pattern, Func<HttpContext, Task> handler, ApiOperation description) =>
        Map([HttpMethods.Put], pattern, handler, description);

    public void Patch(string pattern, Func<HttpContext, Task> handler, ApiOperation description) =>
        Map([HttpMethods.Patch], pattern, handler, description);

    public void Delete(string pattern, Func<HttpContext, Task> handler, ApiOperation description) =>
        Map([HttpMethods.Delete], pattern, handler, description);

    /// <summary>
    /// Refuses the methods that nothing else of this pattern takes; no part of the description. Routing itself tries the patterns with an action too:
    /// it would answer 404 to POST, and count POST among the methods that are allowed.
    /// </summary>
    /// <param name="hasNoAction">The answer to POST without an action, with the methods that are allowed.</param>
    public void Refuse(string pattern, Func<HttpProblemException> hasNoAction)
    {
        var endpoint = new ApiEndpoint(context => throw Refusal(context.Request.Method, hasNoAction()), registry: null, answerFault, limits);
        AskCaller(endpoints.Map(pattern, (RequestDelegate)endpoint.InvokeAsync));
    }

    /// <summary>Refuses every request of this pattern that nothing else takes; no part of the description.</summary>
    public void RefuseAll(string pattern, Func<Exception> refusal)
    {
        var endpoint = new ApiEndpoint(_ => throw refusal(), registry: null, answerFault, limits);
        AskCaller(endpoints.Map(pattern, (RequestDelegate)endpoint.InvokeAsync));
    }

    /// <summary>Of endpoints that something else maps: requests say who calls as they do to all others.</summary>
    public void AskCaller(IEndpointConventionBuilder mapped)
    {
        if (caller is not null)
        {
            mapped.WithMetadata(caller);
        }
    }

    private ApiRoutes With(Action<ApiRoutes> change)
    {
        var routes = (ApiRoutes)MemberwiseClone();
        change(routes);
        return routes;
    }

    private static HttpProblemException Refusal(string method, HttpProblemException hasNoAction) => HttpMethods.IsPost(method)
        ? hasNoAction
        : new(hasNoAction.StatusCode, $"{method} is not allowed here; allowed is {hasNoAction.Header?.Value}.") { Header = hasNoAction.Header };

    private void Map(string[] methods, string pattern, Func<HttpContext, Task> handler, ApiOperation description)
    {
        var registry = description.HasRevision ? endpoints.ServiceProvider.GetRequiredService<IAgentRegistry>() : null;
        var endpoint = new ApiEndpoint(handler, registry, answerFault, description.IsUnlimited ? null : limits);
        if (caller?.DemandsCaller == true && !description.IsAnonymous)
        {
            description.Problems(StatusCodes.Status401Unauthorized);
        }

        if ((options.AsksCredentials || options.TrustCallerHeaders) && !description.IsAnonymous)
        {
            // Roles may not allow it, or the tenant is closed.
            description.Problems(StatusCodes.Status403Forbidden);
        }

        if ((options.Limits.MayRefuse || (options.AsksCredentials && options.Limits.RefusedPerMinute > 0)) && !description.IsAnonymous)
        {
            description.Problems(StatusCodes.Status429TooManyRequests);
        }

        if (options.TrustScopeHeader && methods == Reading && description is { HasRevision: false, IsAnonymous: false })
        {
            description.Header(RequestCaller.ScopeHeader, "tenant: what all subjects of the tenant own; own, the default: what the caller owns.");
        }

        // The handler's MethodInfo is what makes a plain delegate visible to the API description.
        var mapped = endpoints.MapMethods(pattern, methods, endpoint.InvokeAsync)
            .WithMetadata(description, handler.Method)
            .WithMetadata(new TagsAttribute(description.Tag));
        if (isHidden)
        {
            mapped.ExcludeFromDescription();
        }

        if (!description.IsAnonymous)
        {
            AskCaller(mapped);
        }
    }
}
