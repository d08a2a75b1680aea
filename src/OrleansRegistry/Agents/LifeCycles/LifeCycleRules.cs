namespace OrleansRegistry.Agents.LifeCycles;

/// <summary>What an agent may become in its life, and what is said of it beside that.</summary>
internal static class LifeCycleRules
{
    private const string Field = "lifecycle";
    private const string MessageField = "deprecation_message";
    private const string SuccessorField = "successor";

    /// <summary>Checks what is known to be wrong without the agent.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: there is no such life cycle, or the message or successor is refused.
    /// </exception>
    public static void Check(AgentLifeCycle? lifeCycle, AgentDeprecation? deprecation)
    {
        if (lifeCycle is { } value && !AgentLifeCycles.IsKnown(value))
        {
            throw RegistryException.Invalid(Field, $"must be {AgentLifeCycles.AllNames}");
        }

        if (deprecation?.Message is { Length: > AgentDeprecation.MaxMessage } message)
        {
            throw RegistryException.Invalid(MessageField, $"has {message.Length:N0} characters; it has up to {AgentDeprecation.MaxMessage:N0}");
        }

        if (deprecation?.Message is { } text && text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !IsText(text))
        {
            throw RegistryException.Invalid(MessageField, "holds half of a surrogate pair");
        }

        if (deprecation?.Successor is { Length: > 0 } successor)
        {
            Identifiers.CheckId(successor, SuccessorField);
        }
    }

    /// <summary>The agent with its life cycle, after that of before it was written anew.</summary>
    /// <param name="before">What the agent was; null if it is new, when it may be anything.</param>
    /// <param name="asked">Null: as it was, or active.</param>
    /// <param name="deprecation">What is said beside it; null: as it was.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Conflict"/>: it cannot become that. <see cref="RegistryError.Invalid"/>: something is said of an agent that is neither
    /// deprecated nor retired.
    /// </exception>
    public static AgentRecord Apply(AgentRecord after, AgentRecord? before, AgentLifeCycle? asked, AgentDeprecation? deprecation)
    {
        var was = before?.LifeCycle ?? AgentLifeCycle.Active;
        var now = asked ?? was;
        if (before is not null && now != was)
        {
            CheckTransition(after.Id, was, now);
        }

        var said = now is AgentLifeCycle.Deprecated or AgentLifeCycle.Retired ? Merge(before?.Deprecation, deprecation) : null;
        if (said is null && deprecation is { } vain && Merge(null, vain) is { } none)
        {
            throw RegistryException.Invalid(
                none.Message is null ? SuccessorField : MessageField, $"is of an agent that is deprecated or retired; this is {now.ToName()}");
        }

        return said?.Successor == after.Id
            ? throw RegistryException.Invalid(SuccessorField, "is the agent itself; it must be another one")
            : after with { LifeCycle = now, Deprecation = said };
    }

    /// <summary>What a registration says, by which nothing is taken back: empty is as null.</summary>
    public static AgentDeprecation? Said(AgentDeprecation? deprecation) => Merge(null, deprecation);

    /// <summary>As a request's fingerprint has it.</summary>
    public static string? Text(AgentDeprecation? deprecation) => deprecation is null ? null : $"{deprecation.Message}\n{deprecation.Successor}";

    private static void CheckTransition(string id, AgentLifeCycle was, AgentLifeCycle now)
    {
        if (now == AgentLifeCycle.Draft)
        {
            throw new RegistryException(
                RegistryError.Conflict,
                $"Agent '{id}' is {was.ToName()}, and only a new agent can be a draft. Retire it, or disable it, in place of that.",
                Field);
        }

        if (was == AgentLifeCycle.Draft && now == AgentLifeCycle.Deprecated)
        {
            throw new RegistryException(
                RegistryError.Conflict, $"Agent '{id}' is a draft, which nobody uses yet: it becomes active or retired, not deprecated.", Field);
        }
    }

    private static AgentDeprecation? Merge(AgentDeprecation? before, AgentDeprecation? change)
    {
        if (change is null)
        {
            return before;
        }

        var merged = (before ?? new AgentDeprecation()) with
        {
            Message = Merge(before?.Message, change.Message),
            Successor = Merge(before?.Successor, change.Successor),
        };
        return merged is { Message: null, Successor: null, Unknown.IsEmpty: true } ? null : merged;
    }

    private static string? Merge(string? before, string? change) => change switch { null => before, "" => null, _ => change };

    private static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }
}
