using System.CommandLine;

namespace OrleansRegistry.Cli;

/// <summary>What every command takes.</summary>
internal sealed class GlobalOptions
{
    public const string UrlVariable = "REGISTRY_URL";
    public const string TokenVariable = "REGISTRY_TOKEN";
    public const string TokenFileVariable = "REGISTRY_TOKEN_FILE";
    public const string DefaultUrl = "http://127.0.0.1:8080";

    public Option<string?> Url { get; } = new("--url", "-u")
    {
        Description = $"The registry. Otherwise the environment's {UrlVariable}, else {DefaultUrl}.",
        HelpName = "url",
        Recursive = true,
    };

    public Option<string?> Store { get; } = new("--store", "-s")
    {
        Description = "Works straight on a store that no registry serves: a data folder, a PostgreSQL URL, "
            + "or 'env' for what the server's settings in the environment name.",
        HelpName = "folder|url|env",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "For programs: one JSON document, or a line of JSON for each event.",
        Recursive = true,
    };

    public Option<string?> Tenant { get; } = new("--tenant")
    {
        Description = "On whose behalf. A registry by URL believes it only where its settings say so.",
        HelpName = "name",
        Recursive = true,
    };

    public Option<string?> Subject { get; } = new("--subject")
    {
        Description = "On whose behalf, within the tenant.",
        HelpName = "name",
        Recursive = true,
    };

    public Option<bool> AllOwners { get; } = new("--all-owners")
    {
        Description = "Reads what others of the tenant own, too.",
        Recursive = true,
    };

    public Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Tells on the standard error what a store's registry logs, and where a fault came from.",
        Recursive = true,
    };

    public IEnumerable<Option> All => [Url, Store, Json, Tenant, Subject, AllOwners, Verbose];
}
