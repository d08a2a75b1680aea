using System.CommandLine;

namespace OrleansRegistry.Cli;

/// <summary>One run of a command: its words, where it writes, and the registry that it is about.</summary>
internal sealed class CommandCall : IAsyncDisposable
{
    private readonly ParseResult parsed;
    private readonly CommandConfiguration configuration;
    private RegistryConnection? connection;

    public CommandCall(ParseResult parsed, CancellationToken cancellation)
    {
        this.parsed = parsed;
        configuration = (CommandConfiguration)parsed.InvocationConfiguration;
        Cancellation = cancellation;
        Answer = new Answer(Terminal, IsJson);
    }

    public Terminal Terminal => configuration.Terminal;

    public GlobalOptions Options => configuration.Options;

    public CancellationToken Cancellation { get; }

    public Answer Answer { get; }

    public bool IsJson => parsed.GetValue(Options.Json);

    public RootCommand Root => (RootCommand)parsed.RootCommandResult.Command;

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    /// <summary>The words name a registry by URL.</summary>
    public bool HasUrl => Get(Options.Url) is not null;

    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>The registry that the words name, or one that is hosted here on the store that they name.</summary>
    /// <param name="namesTenant">The request itself says which tenant it is about, which need not be the one that a token is of.</param>
    /// <exception cref="CliException">They name none that there is.</exception>
    public async Task<RegistryConnection> ConnectAsync(StoreUse use = StoreUse.Existing, bool namesTenant = false) =>
        connection ??= await RegistryConnection.OpenAsync(this, use, namesTenant);

    /// <summary>The store that the words name, for what works on it without a registry: by default that of the environment.</summary>
    /// <exception cref="CliException">They name a registry instead.</exception>
    public StorePlace Place()
    {
        if (HasUrl)
        {
            throw CliException.Usage("This command works on a store, and not through a registry: name the store with --store, and no --url.");
        }

        return new StorePlace(Get(Options.Store) ?? StorePlace.OfEnvironment);
    }

    /// <summary>Runs what may take long, and shows on a terminal how far it is.</summary>
    /// <param name="what">What is done, such as <c>registering</c>.</param>
    public Task<T> WithProgressAsync<T>(string what, Func<Meter, Task<T>> work) => ProgressDisplay.RunAsync(Terminal, what, work);

    public async ValueTask DisposeAsync()
    {
        Answer.Dispose();
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
