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
        if ((submission.TaskId ?? TextOf(submission.Message, "taskId", "task_id")) is { Length: > 0 } taskId)
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

    private async ValueTask AdmitAsync(
        Caller caller, string taskId, string? known, IEnumerable<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        TaskRecord? task;
        try
        {
            task = await tasks.GetAsync(caller with { SeesAllOwners = false }, taskId, new TaskView { HeadOnly = true }, cancellationToken);
        }
        catch (RegistryException refused) when (refused.Error is RegistryError.Invalid or RegistryError.Unreadable)
        {
            // It is refused by who writes it.
            return;
        }

        if (task?.AgentId is { } agentId && agentId != known)
        {
            foreach (var message in messages)
            {
                Demand(caller, agentId, message);
            }
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

        var skill = TextOf(message, SkillNames[0], SkillNames[1], within: "metadata");
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

    /// <summary>A text of the message, or of an object in it; null where it is not there, or the message is none: whoever stores it refuses that.</summary>
    private static string? TextOf(ReadOnlyMemory<byte> message, string name, string other, string? within = null)
    {
        if (message.IsEmpty)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(message, JsonInput.Stored);
            var json = document.RootElement;
            if (within is not null && (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(within, out json)))
            {
                return null;
            }

            return json.ValueKind == JsonValueKind.Object && (json.TryGetProperty(name, out var text) || json.TryGetProperty(other, out text))
                && text.ValueKind == JsonValueKind.String
                    ? text.GetString()
                    : null;
        }
        catch (Exception unusable) when (unusable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
