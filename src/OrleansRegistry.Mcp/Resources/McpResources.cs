using ModelContextProtocol.Protocol;
using OrleansRegistry.Mcp.Agents;
using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tasks;
using OrleansRegistry.Mcp.Tools;

namespace OrleansRegistry.Mcp.Resources;

/// <summary>Agent cards, byte for byte, and tasks as resources: for clients that let their users pick what a model is to read.</summary>
internal sealed class McpResources(IAgentRegistry agents, ITaskRegistry tasks, RegistryMcpOptions options)
{
    private const string Json = "application/json";
    private const string AgentMark = "agents:";
    private const string TaskMark = "tasks:";
    private const int PageSize = 50;
    private const int MostCompletions = 100;
    private const int MostText = 300;
    private const int UsualHistory = 20;

    public static ListResourceTemplatesResult Templates() => new()
    {
        ResourceTemplates =
        [
            new ResourceTemplate
            {
                Name = "agent_card",
                Title = "Agent card",
                UriTemplate = ResourceUri.CardTemplate,
                Description = "The A2A agent card of a registered agent, as its author wrote it.",
                MimeType = Json,
            },
            new ResourceTemplate
            {
                Name = "task",
                Title = "Task",
                UriTemplate = ResourceUri.TaskTemplate,
                Description = "A task of the caller with its newest messages and its artifacts, as get_task shows it.",
                MimeType = Json,
            },
        ],
    };

    /// <summary>The agents' cards, and then the caller's tasks.</summary>
    /// <exception cref="RegistryException">The cursor is not one.</exception>
    public async Task<ListResourcesResult> ListAsync(Caller caller, string? cursor, CancellationToken cancellation)
    {
        if (cursor is null || cursor.StartsWith(AgentMark, StringComparison.Ordinal))
        {
            var ofAgents = new AgentQuery { PageSize = PageSize, PageToken = cursor?[AgentMark.Length..] is { Length: > 0 } token ? token : null };
            var page = await agents.ListAsync(caller, ofAgents, cancellation);
            return new ListResourcesResult
            {
                Resources = [.. page.Agents.Select(Card)],
                NextCursor = page.NextPageToken is { } next ? AgentMark + next : TaskMark,
            };
        }

        if (!cursor.StartsWith(TaskMark, StringComparison.Ordinal))
        {
            throw RegistryException.Invalid("cursor", "is not one that a list of resources had");
        }

        var ofTasks = new TaskQuery { PageSize = PageSize, PageToken = cursor.Length > TaskMark.Length ? cursor[TaskMark.Length..] : null };
        var found = await tasks.ListAsync(caller, ofTasks, cancellation);
        return new ListResourcesResult
        {
            Resources = [.. found.Tasks.Select(Task)],
            NextCursor = found.NextPageToken is { } rest ? TaskMark + rest : null,
        };
    }

    /// <exception cref="RegistryException">There is nothing of that address.</exception>
    public async Task<ReadResourceResult> ReadAsync(Caller caller, string uri, CancellationToken cancellation) => new()
    {
        Contents = [new TextResourceContents { Uri = uri, MimeType = Json, Text = await TextAsync(caller, uri, cancellation) }],
    };

    /// <summary>Ids for the templates above: those of agents that have what was typed in them. Other references have no values here.</summary>
    public async Task<CompleteResult> CompleteAsync(Caller caller, CompleteRequestParams asked, CancellationToken cancellation)
    {
        if (asked.Ref is not ResourceTemplateReference { Uri: ResourceUri.CardTemplate })
        {
            return new CompleteResult { Completion = new Completion { Values = [] } };
        }

        // The registry looks for it in names, descriptions and skills too.
        var typed = asked.Argument.Value;
        var page = await agents.ListAsync(caller, new AgentQuery { Text = typed, PageSize = MostCompletions }, cancellation);
        var ids = page.Agents.Select(agent => agent.Id).Where(id => id.Contains(typed, StringComparison.OrdinalIgnoreCase));
        return new CompleteResult { Completion = new Completion { Values = [.. ids], HasMore = page.NextPageToken is not null } };
    }

    private async Task<string> TextAsync(Caller caller, string uri, CancellationToken cancellation)
    {
        if (ResourceUri.AgentOf(uri) is { } agentId)
        {
            var agent = await agents.GetAsync(caller, agentId, cancellationToken: cancellation) ?? throw AgentReadTools.NotFound(agentId);
            return agent.Card.ToString();
        }

        if (ResourceUri.TaskOf(uri) is { } taskId)
        {
            var task = await tasks.GetAsync(caller, taskId, new TaskView(UsualHistory), cancellation) ?? throw TaskReadTools.NotFound(taskId);
            return ((TextContentBlock)ToolResult.Of(new TaskAnswer(task, options.MaxResultBytes).Write).Protocol.Content[0]).Text;
        }

        throw new RegistryException(
            RegistryError.NotFound,
            $"There is no resource '{AnswerDocuments.Cut(uri, MostText)}'; there are {ResourceUri.CardTemplate} and {ResourceUri.TaskTemplate}.",
            "uri");
    }

    private static Resource Card(AgentRecord agent)
    {
        var (name, description) = AgentSummary.Naming(agent.Card);
        return new Resource
        {
            Uri = ResourceUri.OfCard(agent.Id),
            Name = agent.Id,
            Title = AnswerDocuments.Cut(name ?? agent.Id, MostText),
            Description = AnswerDocuments.Cut($"Agent card. {description}".TrimEnd(), MostText),
            MimeType = Json,
            Size = agent.Card.Length,
        };
    }

    private static Resource Task(TaskRecord task) => new()
    {
        Uri = ResourceUri.OfTask(task.Id),
        Name = task.Id,
        Title = AnswerDocuments.Cut(task.AgentId is { } agent ? $"Task of {agent}" : "Task", MostText),
        Description = $"{task.Status.State.ToV10()} since {task.Status.Timestamp:yyyy-MM-dd'T'HH:mm:ss'Z'}",
        MimeType = Json,
    };
}
