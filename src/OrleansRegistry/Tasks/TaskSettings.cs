namespace OrleansRegistry.Tasks;

/// <summary>How large tasks and contexts may be, and how long they last.</summary>
internal static class TaskSettings
{
    private const string MaxMessage = "REGISTRY_MAX_MESSAGE_BYTES";
    private const string MaxLoad = "REGISTRY_MAX_LOAD_BYTES";

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Tasks and contexts")
        .Add(
            MaxMessage,
            SettingKind.Number(1024, 16 * 1024 * 1024),
            $"The largest message, artifact, metadata object or feedback; not more than `{MaxLoad}`.",
            options => options.MaxMessageBytes,
            (options, value) => options.MaxMessageBytes = value)
        .Add(
            MaxLoad,
            SettingKind.Number(64 * 1024, 64 * 1024 * 1024),
            "The most of messages and artifacts that a task holds, and that one answer or update carries.",
            options => options.MaxLoadBytes,
            (options, value) => options.MaxLoadBytes = value)
        .Add(
            "TASK_DEADLINE_SECONDS",
            SettingKind.SecondsOrNever(TaskRules.MaxDeadline.TotalSeconds),
            "New tasks without a `deadline` of their own fail unless they are over after so long.",
            options => options.TaskDeadline,
            (options, value) => options.TaskDeadline = value)
        .Add(
            "TASK_MAX_ATTEMPTS",
            SettingKind.Number(0, 1000),
            "So many claims in a row that bring no change of a task make it fail; 0 is no limit.",
            options => options.TaskMaxAttempts,
            (options, value) => options.TaskMaxAttempts = value)
        .Add(
            "TASK_RETENTION_SECONDS",
            SettingKind.SecondsOrNever(int.MaxValue),
            "Tasks that are over for so long are deleted.",
            options => options.TaskRetention,
            (options, value) => options.TaskRetention = value)
        .Add(
            "CONTEXT_RETENTION_SECONDS",
            SettingKind.SecondsOrNever(int.MaxValue),
            "Contexts in which nothing happened for so long are deleted with their tasks, unless one of those is not over.",
            options => options.ContextRetention,
            (options, value) => options.ContextRetention = value);

    public static void Check(RegistryOptions options)
    {
        if (options.MaxMessageBytes > options.MaxLoadBytes)
        {
            throw new SettingException(
                $"{MaxMessage} is {options.MaxMessageBytes}, more than {MaxLoad}, which is {options.MaxLoadBytes}: "
                + "a message could be too large for any answer. Make the first smaller or the second larger.");
        }
    }
}
