using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace OrleansRegistry.Mcp.Tools;

/// <summary>What a tool does to what is stored.</summary>
internal enum ToolEffect
{
    /// <summary>Nothing.</summary>
    Reads,

    /// <summary>It adds, and takes nothing away.</summary>
    Adds,

    /// <summary>It takes something away, or something else takes its place.</summary>
    Replaces,
}

/// <summary>One tool: what a model reads of it, and what it does.</summary>
internal sealed class McpTool
{
    private readonly Func<ToolCall, Task<ToolResult>> run;
    private readonly SchemaMember[] input;

    /// <param name="description">What it does, when to choose it, and what to do next.</param>
    public McpTool(
        string name,
        string title,
        ToolEffect effect,
        string description,
        IEnumerable<SchemaMember> input,
        IEnumerable<SchemaMember> output,
        Func<ToolCall, Task<ToolResult>> run)
    {
        this.run = run;
        this.input = [.. input];
        Effect = effect;
        Names = new RequestMembers.Names([.. this.input.Select(member => member.Name)]);
        Definition = new Tool
        {
            Name = name,
            Title = title,
            Description = description,
            InputSchema = ToolSchema.Input(this.input),
            OutputSchema = ToolSchema.Output(output),
            Annotations = new ToolAnnotations
            {
                ReadOnlyHint = effect == ToolEffect.Reads,
                DestructiveHint = effect == ToolEffect.Replaces,
                IdempotentHint = true,
                OpenWorldHint = false,
            },
        };
    }

    /// <summary>What clients are told.</summary>
    public Tool Definition { get; }

    public string Name => Definition.Name;

    public ToolEffect Effect { get; }

    /// <summary>Its arguments.</summary>
    public RequestMembers.Names Names { get; }

    /// <summary>Called twice, it does it twice.</summary>
    public McpTool Repeats()
    {
        Definition.Annotations!.IdempotentHint = false;
        return this;
    }

    /// <summary>It deals with what is outside of the registry.</summary>
    public McpTool ReachesOut()
    {
        Definition.Annotations!.OpenWorldHint = true;
        return this;
    }

    /// <exception cref="RegistryException">An argument is wrong, or the registry refuses.</exception>
    public Task<ToolResult> RunAsync(ToolCall call) => run(call);

    /// <summary>The arguments, each named in what is refused.</summary>
    /// <exception cref="RegistryException">One is unknown, or missing.</exception>
    public RequestMembers Read(ReadOnlyMemory<byte> arguments)
    {
        var members = new RequestMembers(arguments, Names, "tool's arguments");
        foreach (var member in input.Where(member => member.IsRequired && !members.Has(member.Name)))
        {
            throw members.Missing(member.Name, $"it must be {Article(member.Schema["type"]!.GetValue<string>())}");
        }

        return members;
    }

    private static string Article(string type) => type is "object" or "array" or "integer" ? $"an {type}" : $"a {type}";
}
