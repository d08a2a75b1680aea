namespace OrleansRegistry.Tasks;

/// <summary>How much memory the lists take that one process holds for readers who are to come back: bounded for all, and for each subject.</summary>
internal sealed class HeldListRoom
{
    public const long MaxBytes = 64 * 1024 * 1024;

    public const long MaxSubjectBytes = 8 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, long> bySubject = new(StringComparer.Ordinal);
    private long used;

    /// <returns>False where there is no room; nothing is taken then.</returns>
    public bool TryTake(string subject, long bytes)
    {
        lock (gate)
        {
            var own = bySubject.GetValueOrDefault(subject);
            if (used + bytes > MaxBytes || own + bytes > MaxSubjectBytes)
            {
                return false;
            }

            bySubject[subject] = own + bytes;
            used += bytes;
            return true;
        }
    }

    public void Return(string subject, long bytes)
    {
        lock (gate)
        {
            used -= bytes;
            var left = bySubject[subject] - bytes;
            if (left == 0)
            {
                bySubject.Remove(subject);
            }
            else
            {
                bySubject[subject] = left;
            }
        }
    }
}
