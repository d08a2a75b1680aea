using Microsoft.Extensions.Options;

namespace OrleansRegistry.A2A;

/// <summary>Options of the A2A front end. An invalid value stops the start, with its name.</summary>
public sealed class RegistryA2AOptions
{
    /// <summary>
    /// How long SendMessage waits for a task to end or to ask something (<c>A2A_SEND_TIMEOUT_SECONDS</c>). After that it answers the task as it is,
    /// which goes on.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromMinutes(5);
}

internal sealed class RegistryA2AOptionsValidator : IValidateOptions<RegistryA2AOptions>
{
    public ValidateOptionsResult Validate(string? name, RegistryA2AOptions options)
    {
        var faults = RegistryA2ASettings.All.FaultsOf(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
