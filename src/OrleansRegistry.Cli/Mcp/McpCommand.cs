using System.CommandLine;

namespace OrleansRegistry.Cli.Mcp;

/// <summary>MCP over the standard input and output, for clients that start their servers themselves.</summary>
internal sealed class McpCommand : RegistryCommand
{
    public McpCommand()
        : base(
            "mcp",
            "Serves MCP (Model Context Protocol) on the standard input and output, for a program that starts it.",
            "registry mcp --url https://registry.example.com",
            "registry mcp --store ./data  # a registry of its own, as long as the client runs it")
    {
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync(StoreUse.MayCreate);
        await using var output = new LineWriter(call.Terminal.Output);
        await new McpBridge(connection.Api, output, call.Terminal).RunAsync(call.Terminal.Input, call.Cancellation);
        return ExitCode.Done;
    }
}
