using System.Net;
using Microsoft.Extensions.Options;
using OrleansRegistry.A2A.Cards;

namespace OrleansRegistry.A2A;

/// <summary>Options of the A2A front end. An invalid value stops the start, with its name.</summary>
public sealed class RegistryA2AOptions
{
    /// <summary>
    /// How long SendMessage waits for a task to end or to ask something (<c>A2A_SEND_TIMEOUT_SECONDS</c>). After that it answers the task as it is,
    /// which goes on.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long clients may keep the card of an agent before they ask for it again (<c>A2A_CARD_MAX_AGE_SECONDS</c>).</summary>
    public TimeSpan CardMaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Where clients reach gRPC, as <c>host:port</c>, for the cards of agents (<c>A2A_GRPC_ADDRESS</c>). Null: where this server is reached over TLS
    /// without a proxy; else at the port of <see cref="GrpcClearText"/>; else cards name no gRPC.
    /// </summary>
    public string? GrpcAddress { get; set; }

    /// <summary>
    /// Where the host serves gRPC in clear text, for the cards of agents: they name its port, at the registry's host. A loopback address is named to
    /// those who reach the registry at one. Null: nowhere.
    /// </summary>
    public IPEndPoint? GrpcClearText { get; set; }

    /// <summary>
    /// A PEM file with the private key, on the curve P-256, that cards made by the registry are signed with (<c>A2A_CARD_KEY_FILE</c>). Null: they
    /// are not signed.
    /// </summary>
    public string? CardKeyFile { get; set; }

    /// <summary>
    /// PEM files with keys like it, private or public, that are published beside it (<c>A2A_CARD_OTHER_KEY_FILES</c>): the next one before it signs, and the
    /// last one as long as cards that it signed are about.
    /// </summary>
    public IReadOnlyList<string> OtherCardKeyFiles { get; set; } = [];
}

internal sealed class RegistryA2AOptionsValidator : IValidateOptions<RegistryA2AOptions>
{
    public ValidateOptionsResult Validate(string? name, RegistryA2AOptions options)
    {
        var faults = RegistryA2ASettings.All.FaultsOf(options).ToList();
        if (CardSigning.FaultOf(options) is { } fault)
        {
            faults.Add(fault);
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
