using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Forwarding.Agents;
using OrleansRegistry.Forwarding.Wire;

namespace OrleansRegistry.Forwarding.Turns;

/// <summary>
/// One turn of a task that its agent works on elsewhere: sends what the user said since, and follows what the agent does until it ends the turn. A
/// stream that breaks is opened again, and a task is asked for where there is none; what was missed in between comes with the task as it is.
/// </summary>
internal sealed partial class ForwardedTurn(
    TaskRecord task, WorkerContext context, ITaskRegistry tasks, RemoteAgent agent, ForwardingOptions options, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>How long a task that is canceled meanwhile waits for the agent's first word, which has the id to cancel.</summary>
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(10);

    /// <summary>How many earlier tasks are looked at for the agent's id of the context.</summary>
    private const int EarlierTasks = 20;

    private readonly TaskMirror mirror = new(task, context, agent.Instance);
    private readonly Caller owner = new(task.Tenant, task.Owner);
    private bool streams = agent.Streams;

    /// <summary>Runs it. An agent that refuses, or cannot be asked, fails the task with its reason.</summary>
    /// <exception cref="RemoteFault">An instance could not be reached, and has got nothing of the task: another may do it.</exception>
    public async Task RunAsync()
    {
        using var end = new CancellationTokenSource();
        await using var ending = context.CancellationToken.Register(() => end.CancelAfter(mirror.Remote.TaskId is null ? LastWord : TimeSpan.Zero));
        try
        {
            await ForwardAsync(end.Token);
        }
        catch (RemoteFault fault) when (!context.CancellationToken.IsCancellationRequested && !MayGoElsewhere(fault))
        {
            var lost = agent.Lost is { } name ? $"The agent's instance '{LogText.Id(name)}', which had the task, is gone. " : "";
            var why = lost + fault.Message;
            LogFailed(LogText.Id(task.Id), LogText.Id(task.AgentId!), why);
            await context.FailAsync(why);
        }
        catch (RegistryException refused) when (refused.Error is RegistryError.Invalid or RegistryError.TooLarge && !context.IsOver)
        {
            LogFailed(LogText.Id(task.Id), LogText.Id(task.AgentId!), LogText.Escape(refused.Message));
            await context.FailAsync($"The agent's answer is not one that this registry takes: {refused.Message}");
        }
        catch (Exception fault) when (fault is RemoteFault or OperationCanceledException && context.CancellationToken.IsCancellationRequested)
        {
            await EndAtAgentAsync();
            context.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private bool MayGoElsewhere(RemoteFault fault) => fault.IsUnreached && agent.Instance is not null && mirror.Remote.TaskId is null;

    private async Task ForwardAsync(CancellationToken cancellationToken)
    {
        if (OutgoingMessage.After(task, mirror.Remote.MessageId) is not { } unsent)
        {
            await FollowAsync(
                mirror.Remote.TaskId is { } id ? ResumeAsync(id, cancellationToken) : throw new RemoteFault("The task has no message of its user."),
                cancellationToken);
            return;
        }

        if (mirror.Remote.ContextId is null && mirror.Remote.TaskId is null)
        {
            await FindContextAsync(cancellationToken);
        }

        await FollowAsync(SendAsync(unsent, cancellationToken), cancellationToken);
    }

    /// <summary>Sends a message, and yields what comes of it.</summary>
    private async IAsyncEnumerable<JsonElement> SendAsync(OutgoingMessage message, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = await RequestAsync(message, cancellationToken);
        if (streams)
        {
            await foreach (var response in agent.StreamAsync(request, message.Extensions, cancellationToken))
            {
                mirror.Took(message.Id);
                yield return response;
            }
        }
        else
        {
            var response = await agent.SendAsync(request, message.Extensions, cancellationToken);
            mirror.Took(message.Id);
            yield return response;
        }
    }

    /// <summary>Mirrors what comes, and goes on where it breaks off, until the turn is over.</summary>
    private async Task FollowAsync(IAsyncEnumerable<JsonElement> responses, CancellationToken cancellationToken)
    {
        var heard = time.GetTimestamp();
        var isWhole = true;
        for (var tries = 0; ; tries++)
        {
            RemoteFault? fault = null;
            try
            {
                await foreach (var response in responses.WithCancellation(cancellationToken))
                {
                    heard = time.GetTimestamp();
                    mirror.Learn(response);

                    // Of what came while nobody listened, the task itself tells.
                    var isEnd = !isWhole && TaskMirror.EndsByPart(response) && mirror.Remote.TaskId is not null;
                    await mirror.TakeAsync(isEnd ? AsResponse(await agent.GetTaskAsync(mirror.Remote.TaskId!, cancellationToken)) : response);
                    tries = 0;
                    if (context.IsOver)
                    {
                        return;
                    }
                }
            }
            catch (RemoteFault refused) when (streams && refused.IsUnsupported)
            {
                // Some say of all tasks that they stream, and do not for this one.
                streams = false;
                fault = refused;
            }
            catch (RemoteFault passing) when (passing.MayPass && mirror.Remote.TaskId is not null && time.GetElapsedTime(heard) < options.GiveUp)
            {
                LogBroken(LogText.Id(task.Id), LogText.Id(task.AgentId!), passing.Message);
                fault = passing;
            }

            isWhole = false;
            if (mirror.Remote.TaskId is { } id)
            {
                await PauseAsync(tries, cancellationToken);
                responses = ResumeAsync(id, cancellationToken);
            }
            else if (fault is { IsUnsupported: true } && OutgoingMessage.After(task, mirror.Remote.MessageId) is { } again)
            {
                responses = SendAsync(again, cancellationToken);
            }
            else
            {
                throw new RemoteFault("The agent ended its answer without a task or a message.", innerException: fault);
            }
        }
    }

    /// <summary>The task as it is, and what follows: streamed, or asked for again and again.</summary>
    private async IAsyncEnumerable<JsonElement> ResumeAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return AsResponse(await agent.GetTaskAsync(id, cancellationToken));
        if (streams)
        {
            await foreach (var response in agent.SubscribeAsync(id, cancellationToken))
            {
                yield return response;
            }

            yield break;
        }

        for (var tries = 0; ; tries++)
        {
            await PauseAsync(tries, cancellationToken);
            yield return AsResponse(await agent.GetTaskAsync(id, cancellationToken));
        }
    }

    /// <summary>Tells the agent of an end that it does not know of: the task is canceled, past its deadline or deleted here. Throws nothing.</summary>
    private async Task EndAtAgentAsync()
    {
        if (mirror.Remote.TaskId is not { } id)
        {
            return;
        }

        try
        {
            using var patience = new CancellationTokenSource(LastWord, time);
            var now = await tasks.GetAsync(owner, task.Id, new TaskView { HeadOnly = true }, patience.Token);
            if (now is null || now.Status.State.IsTerminal())
            {
                await agent.CancelTaskAsync(id, patience.Token);
            }
        }
        catch (Exception fault) when (fault is RemoteFault or RegistryException or OperationCanceledException)
        {
            LogNotCanceled(LogText.Id(task.Id), LogText.Id(task.AgentId!), LogText.Escape(fault.Message));
        }
    }

    /// <summary>The agent's context is that of the user's earlier tasks for the same agent in the same context.</summary>
    private async Task FindContextAsync(CancellationToken cancellationToken)
    {
        var query = new TaskQuery { ContextId = task.ContextId, AgentId = task.AgentId, PageSize = EarlierTasks };
        var page = await tasks.ListAsync(owner, query, cancellationToken);
        if (page.Tasks.FirstOrDefault(earlier => earlier.Remote?.ContextId is not null && IsOfInstance(earlier)) is { } known)
        {
            mirror.GoOnIn(known.Remote!.ContextId!);
        }
    }

    private async Task<ReadOnlyMemory<byte>> RequestAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var references = new List<string>();
        foreach (var reference in message.References)
        {
            // Of a task that this agent does not have, it could not know what is meant.
            var referred = await tasks.GetAsync(owner, reference, new TaskView { HeadOnly = true }, cancellationToken);
            if (referred?.Remote?.TaskId is { } id && referred.AgentId == task.AgentId && IsOfInstance(referred))
            {
                references.Add(id);
            }
        }

        return message.ToRequest(mirror.Remote, references, task.AcceptedOutputModes);
    }

    /// <summary>What another instance has, this one may not know.</summary>
    private bool IsOfInstance(TaskRecord other) => other.Remote!.Instance == agent.Instance;

    private Task PauseAsync(int tries, CancellationToken cancellationToken)
    {
        var pause = options.Pause * Math.Pow(1.5, Math.Min(tries, 20));
        return Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellationToken);
    }

    private static JsonElement AsResponse(JsonElement task)
    {
        using var document = JsonDocument.Parse($$"""{"task":{{task.GetRawText()}}}""", JsonInput.Stored);
        return document.RootElement.Clone();
    }

    [LoggerMessage(LogLevel.Warning, "Task '{Task}' failed, as agent '{Agent}' could not do it: {Reason}")]
    private partial void LogFailed(string task, string agent, string reason);

    [LoggerMessage(LogLevel.Information, "What agent '{Agent}' tells of task '{Task}' broke off ({Reason}); it is asked again.")]
    private partial void LogBroken(string task, string agent, string reason);

    [LoggerMessage(LogLevel.Warning, "Agent '{Agent}' could not be told that task '{Task}' is over here: {Reason}")]
    private partial void LogNotCanceled(string task, string agent, string reason);
}
