using Microsoft.Extensions.Options;

namespace OrleansRegistry.Rest;

/// <summary>Options of the REST API and of JSON-RPC. An invalid value stops the start, with its name.</summary>
public sealed class RegistryRestOptions
{
    /// <summary>The most entries of one batch (<c>REGISTRY_MAX_BATCH</c>): agents of <c>POST /agents:batch</c>, calls of a JSON-RPC batch.</summary>
    public int MaxBatchEntries { get; set; } = 10_000;

    /// <summary>
    /// How many bytes of answers of a JSON-RPC batch are buffered, at least 1,024. The calls after that are not made: one of thirty bytes can list
    /// all agents.
    /// </summary>
    public int MaxBatchAnswerBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Whether <c>GET /export</c>, <c>POST /import</c> and <c>/backups</c> are answered (<c>REGISTRY_ALLOW_TRANSFER</c>): to every caller, of every
    /// tenant, secrets included.
    /// </summary>
    public bool AllowTransfer { get; set; }

    /// <summary>What <c>GET /</c> and <c>GET /extensions</c> say of the mode; nothing is enforced by it.</summary>
    public bool DevelopmentMode { get; set; } = true;

    /// <inheritdoc cref="DevelopmentMode"/>
    public bool RequireExtensionVerification { get; set; }

    /// <inheritdoc cref="DevelopmentMode"/>
    public bool RequireDomainVerification { get; set; }

    /// <inheritdoc cref="DevelopmentMode"/>
    public bool RequireSignatureVerification { get; set; }
}

internal sealed class RegistryRestOptionsValidator : IValidateOptions<RegistryRestOptions>
{
    public ValidateOptionsResult Validate(string? name, RegistryRestOptions options)
    {
        var faults = RegistryRestSettings.All.FaultsOf(options).ToList();
        if (options.MaxBatchAnswerBytes < 1024)
        {
            faults.Add($"MaxBatchAnswerBytes is {options.MaxBatchAnswerBytes}: it must be at least 1,024");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
