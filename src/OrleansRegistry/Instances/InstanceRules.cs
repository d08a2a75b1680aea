using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Instances;

/// <summary>What this registry accepts as an instance of an agent.</summary>
/// <param name="Most">The most instances of one agent.</param>
internal sealed record InstanceRules(int Most)
{
    /// <summary>What the name of an instance is called in errors.</summary>
    public const string Field = "instance";

    /// <summary>The most that all instances of one agent have together (<see cref="AgentInstance.Size"/>): each change of one writes them all.</summary>
    public const int MostOfAll = 256 * 1024;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/> or <see cref="RegistryError.TooLarge"/>: a member breaks a rule.</exception>
    public static AgentInstance Check(string name, InstanceRegistration registration, LeaseRules leases)
    {
        Identifiers.CheckId(name, Field);
        CheckUrl(registration.Url);
        if (!(registration.Weight >= 0 && registration.Weight <= AgentInstance.MaxWeight))
        {
            throw RegistryException.Invalid("weight", string.Create(
                CultureInfo.InvariantCulture, $"must be a number from 0 to {AgentInstance.MaxWeight:N0}"));
        }

        CheckVersion(registration.Version);
        var lease = leases.Check(registration.Ttl, registration.Ephemeral ? true : null);
        return new AgentInstance
        {
            Name = name,
            Url = registration.Url,
            Weight = registration.Weight,
            Version = registration.Version,
            Metadata = CheckMetadata(registration.Metadata),
            Lease = LeaseChange.Apply(lease, before: null, renews: true, default),
        };
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: no instance can have this version.</exception>
    public static void CheckVersion(string? version)
    {
        if (version is not null && (version.Length is 0 or > AgentInstance.MaxVersion || version.Any(char.IsControl)))
        {
            throw RegistryException.Invalid("version", $"must have 1 to {AgentInstance.MaxVersion} characters, and no control characters");
        }
    }

    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: the agent has as many instances as it may; <see cref="RegistryError.TooLarge"/>: they say too much together.
    /// </exception>
    public void CheckRoom(string agentId, IReadOnlyList<AgentInstance> instances, AgentInstance added)
    {
        var had = instances.Find(added.Name);
        if (instances.Count >= Most && had is null)
        {
            throw RegistryException.Invalid(
                Field, $"agent '{agentId}' has {instances.Count:N0} instances already, and AGENT_MAX_INSTANCES is {Most:N0}: remove one first");
        }

        if (AgentInstanceLists.SizeOf(instances) - (had?.Size ?? 0) + added.Size is var size and > MostOfAll)
        {
            throw new RegistryException(
                RegistryError.TooLarge,
                $"metadata: the names, URLs, versions and metadata of all instances of agent '{agentId}' would have {size:N0} bytes; "
                    + $"an agent's have up to {MostOfAll:N0} together",
                "metadata");
        }
    }

    private static void CheckUrl(string? url)
    {
        if (url is null or { Length: 0 or > AgentInstance.MaxUrl } || !InterfaceUrl.IsHttp(url) || url.Contains('#', StringComparison.Ordinal))
        {
            throw RegistryException.Invalid(
                "url", $"must be an absolute http or https URL of up to {AgentInstance.MaxUrl:N0} characters, without user and fragment");
        }
    }

    private static RawJson CheckMetadata(ReadOnlyMemory<byte>? metadata)
    {
        if (metadata is not { } bytes)
        {
            return default;
        }

        if (bytes.Length > AgentInstance.MaxMetadata)
        {
            throw new RegistryException(
                RegistryError.TooLarge, $"metadata: has {bytes.Length:N0} bytes; an instance has up to {AgentInstance.MaxMetadata:N0}", "metadata");
        }

        using var document = JsonInput.Parse(bytes, "metadata");
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid("metadata", $"must be an object, not {JsonInput.Describe(document.RootElement)}");
        }

        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
            {
                throw RegistryException.Invalid(
                    $"metadata.{member.Name}", $"must be a string, a number or a boolean, not {JsonInput.Describe(member.Value)}");
            }
        }

        return RawJson.FromValid(bytes.Span);
    }
}
