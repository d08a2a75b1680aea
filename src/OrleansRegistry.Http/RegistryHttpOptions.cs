using Microsoft.Extensions.Options;

namespace OrleansRegistry.Http;

/// <summary>
/// Options of all that answers HTTP. An invalid value stops the start, with its name; what has a setting is checked as that
/// (<c>docs/settings.md</c>).
/// </summary>
public sealed class RegistryHttpOptions
{
    /// <summary>The largest request body, in bytes. A larger one is answered 413.</summary>
    public long MaxBodyBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>
    /// The largest request body about tasks and contexts, in bytes: room for a few messages and artifacts of the registry's own limits.
    /// </summary>
    public long MaxTaskBodyBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Whether <c>X-Registry-Tenant</c> and <c>X-Registry-Subject</c> say who calls. Only behind a gateway that authenticates and sets them: else
    /// anybody can be anybody.
    /// </summary>
    public bool TrustCallerHeaders { get; set; }

    /// <summary>
    /// Believes <c>X-Registry-Scope: tenant</c>, by which a request reads, lists and counts the tasks and contexts of all subjects of its tenant.
    /// Only behind a gateway that takes the header from whoever has no right to it. Goes with <see cref="TrustCallerHeaders"/>.
    /// </summary>
    public bool TrustScopeHeader { get; set; }

    /// <summary>
    /// Who calls where the headers do not say: what a trusted header leaves out is taken from here, and everybody is this caller where headers are
    /// not trusted. Null: a request without both trusted headers is refused with 401, and without trust everybody is <see cref="Caller.Default"/>.
    /// </summary>
    public Caller? DefaultCaller { get; set; }

    /// <summary>JSON web tokens that say who calls. They are asked for where it names where the keys are.</summary>
    public RegistryTokenOptions Tokens { get; } = new();

    /// <summary>Client certificates, forwarded by a proxy, that say who calls. They are asked for where it names their authorities.</summary>
    public RegistryCertificateOptions Certificates { get; } = new();

    /// <summary>Whether keys of the registry's own (<see cref="IApiKeys"/>) say who calls, beside or without tokens.</summary>
    public bool ApiKeys { get; set; }

    /// <summary>The key of who runs the registry, stored at the start; null: one is made and shown once where nobody has any.</summary>
    public string? AdminKey { get; set; }

    /// <summary>A file with that key.</summary>
    public string? AdminKeyFile { get; set; }

    /// <summary>Whether users log in (<see cref="ILogins"/>), and their sessions say who calls, beside or without keys and tokens.</summary>
    public bool Logins { get; set; }

    /// <summary>The password of the first user, who runs the registry; null: one is made and shown once.</summary>
    public string? AdminPassword { get; set; }

    /// <summary>A file with that password.</summary>
    public string? AdminPasswordFile { get; set; }

    /// <summary>Whether a request that carries no credential is refused, unless trusted headers say who calls.</summary>
    public bool AsksCredentials => AsksText || Certificates.IsOn;

    /// <summary>Whether keys, tokens or sessions are asked for.</summary>
    internal bool AsksText => Tokens.IsOn || ApiKeys || Logins;

    /// <summary>
    /// That nobody has to say who calls is meant, though others than this machine may reach the server. The server does not start without it on other
    /// addresses than loopback unless callers are asked for.
    /// </summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>Whether a request that does not say who calls is refused.</summary>
    public bool DemandsCaller => AsksCredentials || (TrustCallerHeaders && DefaultCaller is null);

    /// <summary>
    /// Further names by which clients call this server, without ports; <c>*.example.com</c> stands for names under it, <c>*</c> for all. Loopback,
    /// the addresses listened on and the host of <see cref="PublicUrl"/> need not be named. Other hosts are refused with 400.
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>
    /// The proxies in front of this server, as addresses or networks such as <c>10.0.0.0/8</c>: what they say by <c>X-Forwarded-For</c>,
    /// <c>-Proto</c>, <c>-Host</c> and <c>-Prefix</c> is believed. None: those headers are ignored.
    /// </summary>
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>
    /// The origins of web pages that may use this server, such as <c>https://console.example.com</c>, or <c>*</c>. None: CORS is off.
    /// </summary>
    public IReadOnlyList<string> CorsOrigins { get; set; } = [];

    /// <summary>How much is taken at once, and of whom.</summary>
    public RequestLimitOptions Limits { get; } = new();

    /// <summary>How often an event stream without events gets a comment that keeps it alive.</summary>
    public TimeSpan EventHeartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection whose reader takes nothing of an answer for so long is ended.</summary>
    public TimeSpan StalledReader { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Where clients reach the registry, for its own agent card, <c>Location</c> and the OpenAPI document; null takes it from each request.
    /// </summary>
    public string? PublicUrl { get; set; }
}

internal sealed class RegistryHttpOptionsValidator : IValidateOptions<RegistryHttpOptions>
{
    public ValidateOptionsResult Validate(string? name, RegistryHttpOptions options)
    {
        var faults = RegistryHttpSettings.All.SelectMany(group => group.FaultsOf(options)).ToList();
        if (options.TrustScopeHeader && !options.TrustCallerHeaders)
        {
            faults.Add(
                "TrustScopeHeader (REGISTRY_TRUST_SCOPE_HEADER) goes with TrustCallerHeaders (REGISTRY_TRUST_CALLER_HEADERS): "
                    + "who calls must be known");
        }

        faults.AddRange(options.Tokens.Faults());
        faults.AddRange(options.Certificates.Faults());
        faults.AddRange(options.Limits.Faults());
        if (options.Tokens.IsOn && (options.TrustCallerHeaders || options.DefaultCaller is not null))
        {
            faults.Add("Tokens say who calls (REGISTRY_JWT_AUTHORITY, REGISTRY_JWT_KEYS): then REGISTRY_TRUST_CALLER_HEADERS and "
                + "REGISTRY_DEFAULT_CALLER must not be set, as they would let in who has none");
        }

        if (options.ApiKeys && options.DefaultCaller is not null)
        {
            faults.Add("Keys say who calls (REGISTRY_API_KEYS): then REGISTRY_DEFAULT_CALLER must not be set, as it would let in who has none");
        }

        if (options.Certificates.IsOn && options.DefaultCaller is not null)
        {
            faults.Add("Client certificates say who calls (REGISTRY_CLIENT_CERT_CA_FILE): then REGISTRY_DEFAULT_CALLER must not be set, "
                + "as it would let in who has none");
        }

        if ((options.AdminKey ?? options.AdminKeyFile) is not null && !options.ApiKeys)
        {
            faults.Add("AdminKey (REGISTRY_ADMIN_KEY, REGISTRY_ADMIN_KEY_FILE) is set, but keys are not asked for: set REGISTRY_API_KEYS=true");
        }

        if (options.Logins && options.DefaultCaller is not null)
        {
            faults.Add("Sessions say who calls (REGISTRY_LOGINS): then REGISTRY_DEFAULT_CALLER must not be set, as it would let in who has none");
        }

        if ((options.AdminPassword ?? options.AdminPasswordFile) is not null && !options.Logins)
        {
            faults.Add("AdminPassword (REGISTRY_ADMIN_PASSWORD, REGISTRY_ADMIN_PASSWORD_FILE) is set, but nobody logs in: set REGISTRY_LOGINS=true");
        }

        if (options.AdminPassword is not null && options.AdminPasswordFile is not null)
        {
            faults.Add("AdminPassword (REGISTRY_ADMIN_PASSWORD) and AdminPasswordFile (REGISTRY_ADMIN_PASSWORD_FILE) both name a password: "
                + "set one of them");
        }

        if (options.AdminKey is not null && options.AdminKeyFile is not null)
        {
            faults.Add("AdminKey (REGISTRY_ADMIN_KEY) and AdminKeyFile (REGISTRY_ADMIN_KEY_FILE) both name a key: set one of them");
        }

        if (options.AllowAnonymous && options.DemandsCaller)
        {
            faults.Add("AllowAnonymous (REGISTRY_ALLOW_ANONYMOUS) is set, and callers are asked for: one of both is not meant");
        }

        if (options.EventHeartbeat <= TimeSpan.Zero || options.EventHeartbeat > TimeSpan.FromHours(1))
        {
            faults.Add($"EventHeartbeat is {options.EventHeartbeat}: it must be more than nothing, up to an hour");
        }

        if (options.StalledReader <= TimeSpan.Zero || options.StalledReader > TimeSpan.FromHours(1))
        {
            faults.Add($"StalledReader is {options.StalledReader}: it must be more than nothing, up to an hour");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>Checks that what the registry takes can be sent to it.</summary>
    /// <exception cref="OptionsValidationException">A body has no room for what it must be able to carry.</exception>
    public static void CheckBodies(RegistryHttpOptions options, RegistryLimits? limits)
    {
        var faults = new List<string>();
        if (limits is not null && limits.MaxMessageBytes > options.MaxTaskBodyBytes)
        {
            faults.Add($"REGISTRY_MAX_MESSAGE_BYTES is {limits.MaxMessageBytes}, more than REGISTRY_MAX_TASK_BODY_BYTES, "
                + $"which is {options.MaxTaskBodyBytes}: such a message could never be sent. Make the first smaller or the second larger.");
        }

        if (limits is not null && limits.MaxCardBytes > options.MaxBodyBytes)
        {
            faults.Add($"REGISTRY_MAX_CARD_BYTES is {limits.MaxCardBytes}, more than REGISTRY_MAX_BODY_BYTES, which is {options.MaxBodyBytes}: "
                + "such a card could never be sent. Make the first smaller or the second larger.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(RegistryHttpOptions), faults);
        }
    }
}
