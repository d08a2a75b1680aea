using System.Text.RegularExpressions;

namespace OrleansRegistry.Mcp.Tests.Interop;

/// <summary>
/// <c>@modelcontextprotocol/conformance</c>: all its scenarios for servers, of which those are expected to fail that ask for what is not here.
/// </summary>
public sealed partial class ConformanceTests(McpHost host, NpmClients clients)
{
    private const string OwnTool = "calls a tool that its own test server has";
    private const string OwnResource = "reads a resource that its own test server has";
    private const string NoPrompts = "the registry has no prompts";

    /// <summary>Why a scenario does not apply.</summary>
    private static readonly Dictionary<string, string> Inapplicable = new(StringComparer.Ordinal)
    {
        ["tools-call-simple-text"] = OwnTool,
        ["tools-call-image"] = OwnTool,
        ["tools-call-audio"] = OwnTool,
        ["tools-call-embedded-resource"] = OwnTool,
        ["tools-call-mixed-content"] = OwnTool,
        ["tools-call-with-logging"] = OwnTool,
        ["tools-call-error"] = OwnTool,
        ["tools-call-with-progress"] = OwnTool,
        ["tools-call-sampling"] = OwnTool,
        ["tools-call-elicitation"] = OwnTool,
        ["elicitation-sep1034-defaults"] = OwnTool,
        ["elicitation-sep1330-enums"] = OwnTool,
        ["resources-read-text"] = OwnResource,
        ["resources-read-binary"] = OwnResource,
        ["resources-templates-read"] = OwnResource,
        ["prompts-list"] = NoPrompts,
        ["prompts-get-simple"] = NoPrompts,
        ["prompts-get-with-args"] = NoPrompts,
        ["prompts-get-embedded-resource"] = NoPrompts,
        ["prompts-get-with-image"] = NoPrompts,
        ["server-sse-multiple-streams"] = "asks for sessions, and passes without a check where there are none",
    };

    [Fact]
    public async Task All_scenarios_pass_but_those_that_do_not_apply()
    {
        var output = await clients.RunAsync(
            "default",
            take: null,
            "--import",
            "./conformance.js",
            "node_modules/@modelcontextprotocol/conformance/dist/index.js",
            "server",
            "--url",
            host.Endpoint.ToString());
        var results = Result().Matches(output).ToDictionary(
            result => result.Groups["name"].Value,
            result => (Passed: int.Parse(result.Groups["passed"].Value, null), Failed: int.Parse(result.Groups["failed"].Value, null)));
        Assert.True(results.Count >= 30, output);
        var passed = results.Where(result => result.Value is { Passed: > 0, Failed: 0 }).Select(result => result.Key);
        Assert.Equal(results.Keys.Except(Inapplicable.Keys).Order(), passed.Order());
        Assert.Empty(Inapplicable.Keys.Except(results.Keys));
    }

    [GeneratedRegex(
        "^[✓✗] (?<name>[a-z0-9-]+): (?<passed>[0-9]+) passed, (?<failed>[0-9]+) failed",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Result();
}
