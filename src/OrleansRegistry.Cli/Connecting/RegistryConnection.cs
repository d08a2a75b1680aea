namespace OrleansRegistry.Cli;

/// <summary>The registry of a command: one that runs somewhere, or one that is hosted here for the while.</summary>
internal sealed class RegistryConnection : IAsyncDisposable
{
    private const int Retries = 3;

    private readonly HostedRegistry? hosted;
    private readonly HttpClient http;
    private readonly TimeProvider time;

    private RegistryConnection(Uri url, HostedRegistry? hosted, CommandCall call, bool namesTenant)
    {
        this.hosted = hosted;
        Url = url;
        Place = hosted is null ? url.ToString() : $"store {call.Get(call.Options.Store)}";
        http = RegistryClient.NewHttp("registry-cli");
        http.BaseAddress = url;
        var token = hosted is null ? TokenOf(call.Terminal, url) : null;
        AddHeader("X-Registry-Tenant", namesTenant && token is not null ? null : call.Get(call.Options.Tenant));
        AddHeader("X-Registry-Subject", call.Get(call.Options.Subject));

        // Who has the store itself runs the registry.
        AddHeader("X-Registry-Roles", hosted is null ? null : RegistryRoles.Operator);
        AddHeader("X-Registry-Scope", call.Get(call.Options.AllOwners) ? "tenant" : null);
        time = call.Terminal.Time;
        Api = Make(token);
    }

    /// <summary>Where it answers.</summary>
    public Uri Url { get; }

    public RegistryApi Api { get; }

    /// <summary>What the words named.</summary>
    public string Place { get; }

    /// <summary>The registry itself, where it is hosted here; else null.</summary>
    public IServiceProvider? Services => hosted?.Services;

    /// <param name="namesTenant">The request itself says which tenant it is about, which need not be the one that a token is of.</param>
    /// <exception cref="CliException">The words or the environment name none that there is.</exception>
    public static async Task<RegistryConnection> OpenAsync(CommandCall call, StoreUse use, bool namesTenant)
    {
        if (call.Get(call.Options.Store) is not { } store)
        {
            return new RegistryConnection(UrlOf(call), null, call, namesTenant);
        }

        if (call.HasUrl)
        {
            throw CliException.Usage("--url and --store name two registries: give one of them.");
        }

        var hosted = await HostedRegistry.StartAsync(
            new StorePlace(store), use, call.Terminal, call.Get(call.Options.Verbose), call.Cancellation);
        return new RegistryConnection(hosted.Url, hosted, call, namesTenant);
    }

    /// <summary>The same with the token in a file, in place of what the environment names.</summary>
    public RegistryApi ApiOf(string file) => Make(RegistryToken.FromFile(file));

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (hosted is not null)
        {
            await hosted.DisposeAsync();
        }
    }

    private RegistryApi Make(Func<CancellationToken, ValueTask<string?>>? token)
    {
        var options = new RegistryClientOptions { Retries = Retries, RetriesUnreachable = false, Time = time, Token = token };
        return new RegistryApi(new RegistryHttp(http, Url, options) { Name = hosted is null ? Url.ToString() : "the store's registry" });
    }

    private static Func<CancellationToken, ValueTask<string?>>? TokenOf(Terminal terminal, Uri url)
    {
        var (token, file) = (terminal.Variable(GlobalOptions.TokenVariable), terminal.Variable(GlobalOptions.TokenFileVariable));
        if (token is not null && file is not null)
        {
            throw CliException.Usage($"{GlobalOptions.TokenVariable} and {GlobalOptions.TokenFileVariable} name two tokens: set one of them.");
        }

        try
        {
            file ??= token is null ? SessionFiles.Find(terminal, url) : null;
            return token is not null ? RegistryToken.Of(token) : file is not null ? RegistryToken.FromFile(file) : null;
        }
        catch (ArgumentException fault)
        {
            throw CliException.Usage($"{GlobalOptions.TokenVariable}: {fault.Message}");
        }
    }

    private static Uri UrlOf(CommandCall call)
    {
        var named = call.Get(call.Options.Url);
        var text = named ?? call.Terminal.Variable(GlobalOptions.UrlVariable) ?? GlobalOptions.DefaultUrl;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !RegistryAddress.IsAddress(url))
        {
            var where = named is null ? GlobalOptions.UrlVariable : "--url";
            throw CliException.Usage($"{where} must be a URL as {GlobalOptions.DefaultUrl}, without user, query and fragment.");
        }

        return RegistryAddress.Check(url);
    }

    private void AddHeader(string name, string? value)
    {
        if (value is not null && !http.DefaultRequestHeaders.TryAddWithoutValidation(name, value))
        {
            throw CliException.Usage($"{name} cannot be '{PlainText.Of(value)}'.");
        }
    }
}
