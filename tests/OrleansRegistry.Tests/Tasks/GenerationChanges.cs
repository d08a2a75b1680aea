namespace OrleansRegistry.Tests.Tasks;

/// <summary>How many changes made a generation, from 1 for something new; up to 999.</summary>
internal static class GenerationChanges
{
    extension(TaskRecord task)
    {
        public long Changes => ChangesOf(task.Generation);
    }

    extension(TaskEvent happened)
    {
        public long Changes => ChangesOf(happened.Generation);
    }

    extension(ContextRecord context)
    {
        public long Changes => ChangesOf(context.Generation);
    }

    extension(ContextEvent happened)
    {
        public long Changes => ChangesOf(happened.Generation);
    }

    extension(RegistryException refusal)
    {
        public long? CurrentChanges => refusal.CurrentGeneration is { } generation ? ChangesOf(generation) : null;
    }

    private static long ChangesOf(long generation) => generation % Generations.PerMillisecond;
}
