using System.Net.Http.Headers;
using System.Text;

namespace OrleansRegistry.Client;

/// <summary>
/// A registry in another process, called by its REST API. What it offers are the interfaces of a co-hosted registry: code for one runs with the other,
/// refusals included. Safe for concurrent use; one is enough for a process.
/// </summary>
/// <remarks>
/// A registry that does not answer, also after the repetitions of <see cref="RegistryClientOptions.Retries"/>, is a <see cref="RegistryException"/> with
/// <see cref="RegistryError.Unavailable"/>. Where there was an answer, the inner exception is an <see cref="HttpRequestException"/> with its status.
/// </remarks>
public sealed class RegistryClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    // Names may come to point elsewhere while the client lives.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    private readonly HttpClient? own;

    /// <summary>A client with connections of its own.</summary>
    /// <param name="address">As <see cref="RegistryClientOptions.BaseAddress"/>.</param>
    /// <exception cref="ArgumentException">It is not an absolute URL of http or https, or an option is out of its range.</exception>
    public RegistryClient(string address, RegistryClientOptions? options = null)
        : this(With(options, AddressOf(address)))
    {
    }

    /// <inheritdoc cref="RegistryClient(string, RegistryClientOptions?)"/>
    public RegistryClient(RegistryClientOptions options)
        : this(NewHttp(), options) => own = Http.Inner;

    /// <summary>A client over an <see cref="HttpClient"/> that stays its giver's: its time-out and handlers apply.</summary>
    /// <exception cref="ArgumentException">Neither has an absolute URL of http or https, or an option is out of its range.</exception>
    public RegistryClient(HttpClient http, RegistryClientOptions? options = null)
    {
        options ??= new RegistryClientOptions();
        RegistryClientOptions.Check(options);
        var address = options.BaseAddress ?? http.BaseAddress
            ?? throw new ArgumentException(
                $"Name the registry by {nameof(RegistryClientOptions.BaseAddress)}, or give an HttpClient that has one.", nameof(options));
        Http = new RegistryHttp(http, RegistryAddress.Check(address), options);
        var agents = new HttpAgents(Http);
        Agents = agents;
        Finder = new HttpFinder(Http, agents);
        Versions = new HttpVersions(Http, agents);
        Drafts = new HttpDrafts(Http, agents);
        Liveness = new HttpLiveness(Http);
        Vectors = new HttpVectors(Http, agents);
        Instances = new HttpInstances(Http, agents);
        Probes = new HttpProbes(Http);
        Signatures = new HttpSignatures(Http);
        CardTrust = new HttpCardTrust(Http);
        Domains = new HttpDomains(Http);
        Reviews = new HttpReviews(Http);
        Tasks = new HttpTasks(Http);
        Contexts = new HttpContexts(Http);
        Subscriptions = new HttpSubscriptions(Http);
        Tenants = new HttpTenants(Http);
        Keys = new HttpKeys(Http);
        Users = new HttpUsers(Http);
        Logins = new HttpLogins(Http);
        Audit = new HttpAudit(Http);
        PublicAgents = new HttpPublicAgents(Http);
        Grants = new HttpGrants(Http);
    }

    /// <summary>
    /// The agents. A read is at least as new as every write by this client, whichever replica answers. An <see cref="AgentRecord"/> read so has no
    /// <see cref="AgentRecord.ExtensionOrigins"/>, and its <see cref="AgentRecord.Delivery"/> is what holds, whether it was set or follows from the card.
    /// </summary>
    public IAgentRegistry Agents { get; }

    /// <summary>Finds and counts agents; as new as <see cref="Agents"/>.</summary>
    public IAgentFinder Finder { get; }

    /// <summary>The cards that agents had; as new as <see cref="Agents"/>.</summary>
    public IAgentVersions Versions { get; }

    /// <summary>Drafts of agents' cards.</summary>
    public IAgentDrafts Drafts { get; }

    /// <summary>The vectors of agents.</summary>
    public IAgentVectors Vectors { get; }

    /// <summary>Who is alive: beats of agents with a lease. <see cref="AgentHeartbeat"/> keeps them coming.</summary>
    public IAgentLiveness Liveness { get; }

    /// <summary>Where agents run; as new as <see cref="Agents"/>.</summary>
    public IAgentInstances Instances { get; }

    /// <summary>Looks at the cards that agents publish.</summary>
    public IAgentProbes Probes { get; }

    /// <summary>The signatures of agents' cards.</summary>
    public IAgentSignatures Signatures { get; }

    /// <summary>The tenants that were made.</summary>
    public ITenants Tenants { get; }

    /// <summary>The API keys.</summary>
    public IApiKeys Keys { get; }

    /// <summary>The users, where the registry has logins.</summary>
    public IUsers Users { get; }

    /// <summary>Logs users in. What a session's text is given to is <see cref="RegistryClientOptions.Token"/>, of another client.</summary>
    public ILogins Logins { get; }

    /// <summary>Whose signatures of cards the caller's tenant trusts, and what it asks of cards.</summary>
    public ICardTrust CardTrust { get; }

    /// <summary>The domains that callers prove to be theirs.</summary>
    public IDomains Domains { get; }

    /// <summary>New agents and other cards that wait for somebody who may approve them.</summary>
    public IAgentReviews Reviews { get; }

    /// <summary>
    /// The tasks. <see cref="ITaskRegistry.WatchAsync"/> goes on over cut connections and restarts of the registry until it is cancelled, once it has begun.
    /// </summary>
    public ITaskRegistry Tasks { get; }

    /// <summary>The contexts.</summary>
    public IContextRegistry Contexts { get; }

    /// <summary>The subscriptions to changes of agents.</summary>
    public IAgentSubscriptions Subscriptions { get; }

    /// <summary>What was done in the tenant.</summary>
    public IAuditTrail Audit { get; }

    /// <summary>The agents of all tenants that are public.</summary>
    public IPublicAgents PublicAgents { get; }

    /// <summary>Who may see agents and send them messages.</summary>
    public IAgentGrants Grants { get; }

    internal RegistryHttp Http { get; }

    /// <summary>Closes the connections that are the client's own.</summary>
    public void Dispose() => own?.Dispose();

    /// <summary>An <see cref="HttpClient"/> as the client's own: its requests may take as long as they do.</summary>
    internal static HttpClient NewHttp(string product = "OrleansRegistry.Client") => new(new SocketsHttpHandler
    {
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue(product, null) } },
    };

    private static Uri AddressOf(string address) => Uri.TryCreate(address, UriKind.Absolute, out var url)
        ? RegistryAddress.Check(url)
        : throw RegistryAddress.Wrong(address);

    private static RegistryClientOptions With(RegistryClientOptions? options, Uri address)
    {
        options ??= new RegistryClientOptions();
        options.BaseAddress = address;
        return options;
    }
}
