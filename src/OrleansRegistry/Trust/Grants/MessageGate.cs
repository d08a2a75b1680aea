using System.Text.Json;

namespace OrleansRegistry.Trust.Grants;

/// <summary>
/// Decides who may send an agent messages, each time that one is sent: whoever sees it, or of one that takes messages by grants its owner, its workers, who
/// manages agents, and who has a grant.
/// </summary>
internal sealed class MessageGate(AgentDirectory directory, AgentSight sight, GrantBook grants, TaskRegistry tasks)
{
    private static readonly string[] SkillNames = ["skill_id", "skillId"];

    /// <summary>A message that makes a task, or continues one, which may say itself which.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/>: the caller does not see the agent. <see cref="RegistryError.Forbidden"/>: it may not send it this.
    /// </exception>
    public async ValueTask AdmitAsync(Caller caller, TaskSubmission submission, CancellationToken cancellationToken)
    {
        if (submission.AgentId is { } agentId)
        {
            Demand(caller, agentId, submission.Message);
        }

        if (IsOpen(caller))
        {
            return;
        }

        // What continues a task goes to the agent that the task has.
        if ((submission.TaskId is { Length: > 0 } given ? given : TaskOf(submission.Message)) is { } taskId)
        {
            await AdmitAsync(caller, taskId, submission.AgentId, [submission.Message], cancellationToken);
        }
    }

    /// <summary>Messages that a task's owner adds to it.</summary>
    /// <inheritdoc cref="AdmitAsync(Caller, TaskSubmission, CancellationToken)"/>
    public async ValueTask AdmitAsync(Caller caller, string taskId, TaskUpdate update, CancellationToken cancellationToken)
    {
        if (update is { LeaseToken: null, Messages.Count: > 0 } && !IsOpen(caller))
        {
            await AdmitAsync(caller, taskId, known: null, update.Messages, cancellationToken);
        }
    }

    /// <summary>A whole task, with all of its messages.</summary>
    /// <inheritdoc cref="AdmitAsync(Caller, TaskSubmission, CancellationToken)"/>
    public async ValueTask AdmitAsync(Caller caller, string taskId, TaskPut task, CancellationToken cancellationToken)
    {
        var messages = task.Messages.DefaultIfEmpty();
        if (task.AgentId is { } agentId)
        {
            foreach (var message in messages)
            {
                Demand(caller, agentId, message);
            }
        }

        if (!IsOpen(caller))
        {
            await AdmitAsync(caller, taskId, task.AgentId, messages, cancellationToken);
        }
    }

    /// <summary>Whether nothing depends on which agent it is that a task has.</summary>
    private bool IsOpen(Caller caller) => caller.Agents is null && !directory.Of(caller.Tenant).HasGuarded;

    /// <summary>
    /// Another change of a task than a message. A credential for certain agents changes tasks of theirs, and of those that they may send messages.
    /// </summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>.</exception>
    public async ValueTask AdmitChangeAsync(Caller caller, string taskId, CancellationToken cancellationToken)
    {
        if (caller.Agents is { } bound && await FindTaskAsync(caller, taskId, cancellationToken) is { AgentId: { } agentId }
            && !bound.Contains(agentId, StringComparer.Ordinal)
            && !(directory.Find(caller.Tenant, agentId) is { } agent
                && grants.Allows(caller, agent, GrantAction.Message, skills: null, asAgent: true)))
        {
            caller.DemandAgent(agentId);
        }
    }

    private async ValueTask AdmitAsync(
        Caller caller, string taskId, string? known, IEnumerable<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        if (await FindTaskAsync(caller, taskId, cancellationToken) is { AgentId: { } agentId } && agentId != known)
        {
            foreach (var message in messages)
            {
                Demand(caller, agentId, message);
            }
        }
    }

    private async ValueTask<TaskRecord?> FindTaskAsync(Caller caller, string taskId, CancellationToken cancellationToken)
    {
        try
        {
            return await tasks.GetAsync(caller with { SeesAllOwners = false }, taskId, new TaskView { HeadOnly = true }, cancellationToken);
        }
        catch (RegistryException refused) when (refused.Error is RegistryError.Invalid or RegistryError.Unreadable)
        {
            // It is refused by who writes it.
            return null;
        }
    }

    private void Demand(Caller caller, string agentId, ReadOnlyMemory<byte> message)
    {
        var agent = directory.Find(caller.Tenant, agentId);
        if (agent is not null && !sight.Of(caller).Sees(agent))
        {
            throw AgentSight.NotFound();
        }

        var isBound = caller.Agents?.Contains(agentId, StringComparer.Ordinal) == false;
        var isFree = agent is null or { Sharing: null or { MessagesFrom: AgentSenders.Tenant } } || IsOwn(caller, agent);
        if (!isBound && isFree)
        {
            return;
        }

        var skill = SkillOf(message);
        if (agent is not null && grants.Allows(caller, agent, GrantAction.Message, skill is null ? [] : [skill], asAgent: isBound))
        {
            return;
        }

        caller.DemandAgent(agentId);
        var what = skill is null ? "that" : $"its skill '{LogText.Id(skill)}'";
        throw new RegistryException(
            RegistryError.Forbidden,
            $"Agent '{agentId}' takes messages from its owner and who has a grant for {what}; ask for one (POST /grants:request).",
            "agent_id");
    }

    private static bool IsOwn(Caller caller, AgentRecord agent) => caller.May(Permissions.AgentsManage) || Access.MayBeat(caller.Subject, agent);

    /// <summary>The task that a message names, read as who stores it reads it; null where none, or where that will refuse it.</summary>
    private static string? TaskOf(ReadOnlyMemory<byte> message) => Read(message, json =>
    {
        try
        {
            return MessageReader.ReadId(json, "message", "taskId", "task_id");
        }
        catch (RegistryException refused) when (refused.Error == RegistryError.Invalid)
        {
            return null;
        }
    });

    /// <summary>The skill that a message asks for; null where it names none, so that it needs a grant for all of them.</summary>
    /// <exception cref="RegistryException">It names two: which of them the agent takes, nobody can tell.</exception>
    private static string? SkillOf(ReadOnlyMemory<byte> message) => Read(message, json =>
    {
        if (!json.TryGetProperty("metadata"u8, out var metadata) || metadata.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string? found = null;
        foreach (var name in SkillNames)
        {
            if (!metadata.TryGetProperty(name, out var skill) || MessageReader.IsAbsent(skill))
            {
                continue;
            }

            var text = skill.ValueKind == JsonValueKind.String ? skill.GetString()! : "";
            if (found is not null && found != text)
            {
                throw RegistryException.Invalid($"message.metadata.{name}", $"differs from {SkillNames[0]}, which is the same");
            }

            found = text;
        }

        return found is { Length: > 0 } ? found : null;
    });

    private static string? Read(ReadOnlyMemory<byte> message, Func<JsonElement, string?> read)
    {
        if (message.IsEmpty)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(message, JsonInput.Stored);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
        }
        catch (Exception unusable) when (unusable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
