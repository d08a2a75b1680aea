using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Http;

/// <summary>Of an endpoint: whose its requests are. Null as <paramref name="Default"/>: only the request says.</summary>
/// <param name="IsTrusting">Headers say who calls.</param>
/// <param name="TrustsScope">The scope header says whether the caller sees what others of its tenant own.</param>
/// <param name="Proxies">From whom those headers are taken.</param>
/// <param name="Gate">Credentials say who calls; null where they are not asked for.</param>
internal sealed record CallerRule(bool IsTrusting, Caller? Default, bool TrustsScope, CallerGate? Gate, HeaderProxies Proxies)
{
    /// <summary>A request that does not say who calls is refused.</summary>
    public bool DemandsCaller => Gate is not null || (IsTrusting && Default is null);

    /// <summary>Null where everybody is <see cref="Caller.Default"/>.</summary>
    public static CallerRule? Of(RegistryHttpOptions options, CallerGate gate) =>
        options.AsksCredentials || options.TrustCallerHeaders || options.DefaultCaller is not null
            ? new CallerRule(
                options.TrustCallerHeaders,
                options.DefaultCaller,
                options.TrustScopeHeader,
                options.AsksCredentials ? gate : null,
                new HeaderProxies(options.TrustedProxies))
            : null;

    /// <summary>Finds out who calls, before anything else: a request without a caller learns nothing.</summary>
    /// <inheritdoc cref="CallerGate.AdmitAsync"/>
    public static ValueTask AdmitAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<CallerRule>() is { DemandsCaller: true } rule ? rule.DemandAsync(context) : default;

    private async ValueTask DemandAsync(HttpContext context)
    {
        try
        {
            if (Gate is not null)
            {
                await Gate.AdmitAsync(context);
            }

            _ = context.GetCaller();
        }
        catch (HttpProblemException fault)
        {
            context.RequestServices.GetService<IRefusedCalls>()?.Tell(context, fault);
            throw;
        }
    }
}
