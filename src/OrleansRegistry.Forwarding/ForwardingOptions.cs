using Microsoft.Extensions.Options;
using OrleansRegistry.Outbound;

namespace OrleansRegistry.Forwarding;

/// <summary>How tasks are passed on to agents that serve themselves. An invalid value stops the start, with its name.</summary>
public sealed class ForwardingOptions
{
    /// <summary>Whether this process passes tasks on (<c>FORWARD_ENABLED</c>).</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many tasks of one agent this process passes on at once (<c>FORWARD_MAX_CONCURRENT_PER_AGENT</c>).</summary>
    public int MaxConcurrent { get; set; } = 64;

    /// <summary>How long an agent may take to answer a request, and be silent in a stream (<c>FORWARD_TIMEOUT_SECONDS</c>).</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>How often a request is sent again that an agent could not take (<c>FORWARD_RETRIES</c>).</summary>
    public int Retries { get; set; } = 3;

    /// <summary>After how long without a word of an agent about a task the task fails (<c>FORWARD_GIVE_UP_SECONDS</c>).</summary>
    public TimeSpan GiveUp { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>Networks and addresses beside the public ones where agents may be (<c>FORWARD_ALLOWED_NETWORKS</c>).</summary>
    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    /// <summary>How often agents are looked at whose tasks nobody here was told of.</summary>
    internal TimeSpan Look { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause before a broken stream is opened again, an agent is asked again, or a request is sent again, the first time.</summary>
    internal TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(1);

    internal OutboundAddresses Addresses => OutboundAddresses.Of(AllowedNetworks);
}

internal sealed class ForwardingOptionsValidator : IValidateOptions<ForwardingOptions>
{
    public ValidateOptionsResult Validate(string? name, ForwardingOptions options)
    {
        var faults = ForwardingSettings.All.FaultsOf(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
