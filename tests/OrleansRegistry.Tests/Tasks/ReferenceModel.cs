namespace OrleansRegistry.Tests.Tasks;

/// <summary>
/// What a registry of tasks and contexts would hold that were plain dictionaries. Says of each operation how it must be refused, if it must.
/// </summary>
internal sealed class ReferenceModel
{
    public Dictionary<string, PlainTask> Tasks { get; } = [];

    public Dictionary<string, PlainContext> Contexts { get; } = [];

    public RegistryError? Submit(string owner, string id, string? context, string message, Func<string> madeContext)
    {
        if (Tasks.TryGetValue(id, out var task))
        {
            return task.Owner != owner ? RegistryError.NotFound
                : context is not null && context != task.Context ? RegistryError.Invalid
                : task.Messages.Contains(message) ? null
                : task.State.IsTerminal() ? RegistryError.Terminal
                : task.Change(TaskState.Submitted, [message]);
        }

        if (context is not null && Contexts.TryGetValue(context, out var known) && known.Owner != owner)
        {
            return RegistryError.NotFound;
        }

        context ??= madeContext();
        Contexts.TryAdd(context, new PlainContext(owner) { Generation = 1 });
        Tasks[id] = new PlainTask(owner, context) { Generation = 1, Messages = { message } };
        return null;
    }

    public RegistryError? OfTask(string owner, string id, Func<PlainTask, RegistryError?> change, bool evenIfOver = false) =>
        !Tasks.TryGetValue(id, out var task) || task.Owner != owner ? RegistryError.NotFound
        : task.State.IsTerminal() && !evenIfOver ? RegistryError.Terminal
        : change(task);

    /// <summary>Sets a state and nothing else: a final one can be said again.</summary>
    public RegistryError? Say(string owner, string id, TaskState state) =>
        OfTask(
            owner,
            id,
            task => !task.State.IsTerminal() ? task.Change(state, []) : task.State == state ? null : RegistryError.Terminal,
            evenIfOver: true);

    /// <summary>Changes a context that is made where there is none.</summary>
    public RegistryError? OfContext(string owner, string id, Action<PlainContext> change)
    {
        if (!Contexts.TryGetValue(id, out var context))
        {
            Contexts[id] = context = new PlainContext(owner);
        }
        else if (context.Owner != owner)
        {
            return RegistryError.NotFound;
        }

        change(context);
        return null;
    }

    public (RegistryError? Refusal, long Tasks) Clear(string owner, string id, bool delete)
    {
        if (!Contexts.TryGetValue(id, out var context) || context.Owner != owner)
        {
            return (RegistryError.NotFound, 0);
        }

        var gone = Tasks.Where(task => task.Value.Context == id).Select(task => task.Key).ToList();
        gone.ForEach(task => Tasks.Remove(task));
        context.Generation++;
        context.Messages.Clear();
        if (delete)
        {
            Contexts.Remove(id);
        }

        return (null, gone.Count);
    }
}

internal sealed class PlainTask(string owner, string context)
{
    public string Owner => owner;

    public string Context => context;

    public TaskState State { get; set; } = TaskState.Submitted;

    public long Generation { get; set; }

    public List<string> Messages { get; init; } = [];

    /// <summary>Ids in the order of their coming, each with the texts of its parts.</summary>
    public List<(string Id, List<string> Parts)> Artifacts { get; } = [];

    public Dictionary<string, int> Metadata { get; } = [];

    public SortedSet<string> Webhooks { get; } = new(StringComparer.Ordinal);

    public int Feedback { get; set; }

    public RegistryError? Change(
        TaskState? state,
        IEnumerable<string> messages,
        (string Id, string Part, bool Append)? artifact = null,
        (string Key, int Value)? metadata = null)
    {
        var fresh = messages.Distinct().Except(Messages).ToList();
        if (state is null && fresh.Count == 0 && artifact is null && metadata is null)
        {
            return null;
        }

        Generation++;
        State = state ?? State;
        Messages.AddRange(fresh);
        if (metadata is { } member)
        {
            Metadata[member.Key] = member.Value;
        }

        if (artifact is { } chunk)
        {
            var at = Artifacts.FindIndex(known => known.Id == chunk.Id);
            if (at < 0)
            {
                Artifacts.Add((chunk.Id, [chunk.Part]));
            }
            else if (chunk.Append)
            {
                Artifacts[at].Parts.Add(chunk.Part);
            }
            else
            {
                Artifacts[at] = (chunk.Id, [chunk.Part]);
            }
        }

        return null;
    }
}

internal sealed class PlainContext(string owner)
{
    public string Owner => owner;

    public long Generation { get; set; }

    public Dictionary<string, int> Data { get; } = [];

    public List<string> Messages { get; } = [];
}
