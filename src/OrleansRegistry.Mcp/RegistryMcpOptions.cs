using Microsoft.Extensions.Options;

namespace OrleansRegistry.Mcp;

/// <summary>Options of MCP. An invalid value stops the start, with its name.</summary>
public sealed class RegistryMcpOptions
{
    /// <summary>Whether only tools that change nothing are offered (<c>MCP_READ_ONLY</c>).</summary>
    public bool ReadOnly { get; set; }

    /// <summary>The largest result of a tool, in bytes of JSON (<c>MCP_MAX_RESULT_BYTES</c>). A longer one ends with a token to go on.</summary>
    public int MaxResultBytes { get; set; } = 64 * 1024;

    /// <summary>The longest that a tool waits for a task (<c>MCP_MAX_WAIT_SECONDS</c>).</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMinutes(5);
}

internal sealed class RegistryMcpOptionsValidator : IValidateOptions<RegistryMcpOptions>
{
    public ValidateOptionsResult Validate(string? name, RegistryMcpOptions options)
    {
        var faults = RegistryMcpSettings.All.FaultsOf(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
