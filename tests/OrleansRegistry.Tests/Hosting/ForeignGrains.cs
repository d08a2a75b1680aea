namespace OrleansRegistry.Tests.Foreign;

// Grains and a record of a host, called what the registry's are called. They are in every silo of this assembly.

public interface ITaskGrain : IGrainWithStringKey
{
    Task<TaskRecord> Note(TaskRecord note);
}

public interface IAgentGrain : IGrainWithStringKey
{
    Task<string> Name();
}

public interface IContextGrain : IGrainWithStringKey
{
    Task<string> Name();
}

public interface IFeedbackGrain : IGrainWithStringKey
{
    Task<DateTimeOffset> Time();
}

[GenerateSerializer, Alias("TaskRecord")]
public sealed record TaskRecord([property: Id(0)] string Text);

public sealed class TaskGrain : Grain, ITaskGrain
{
    public Task<TaskRecord> Note(TaskRecord note) => Task.FromResult(note with { Text = $"{note.Text} by the host's {this.GetPrimaryKeyString()}" });
}

public sealed class AgentGrain : Grain, IAgentGrain
{
    public Task<string> Name() => Task.FromResult($"the host's {this.GetPrimaryKeyString()}");
}

public sealed class ContextGrain : Grain, IContextGrain
{
    public Task<string> Name() => Task.FromResult($"the host's {this.GetPrimaryKeyString()}");
}

public sealed class FeedbackGrain(TimeProvider time) : Grain, IFeedbackGrain
{
    public Task<DateTimeOffset> Time() => Task.FromResult(time.GetUtcNow());
}
