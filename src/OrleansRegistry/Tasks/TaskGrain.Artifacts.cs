using Orleans.Storage;

namespace OrleansRegistry.Tasks;

/// <summary>
/// The artifacts of a task, of which only what was not replaced counts: the grain knows how large each is, refuses what would make the task too large
/// to be read whole, and writes the log without what was replaced once that outweighs the rest.
/// </summary>
internal sealed partial class TaskGrain
{
    /// <summary>Less that was replaced is not worth writing the rest again.</summary>
    private const int LeastReplaced = 4 * LogHead.PageBytes;

    private ArtifactSizes? sizes;
    private int artifactCalls;

    /// <summary>Tells, until it is disposed, that a change brings artifacts: their sizes are to be known by then.</summary>
    private ArtifactCall BeginArtifacts(bool brings) => new(brings ? this : null);

    private async ValueTask LoadArtifactsAsync(LogHead log)
    {
        if (artifactCalls == 0 || sizes is not null)
        {
            return;
        }

        try
        {
            await artifacts.LoadIdsAsync(log);
            sizes = new ArtifactSizes(
                await new ArtifactReader(new LogReader(pages)).SurveyAsync(LogName.ArtifactsOf(tenant, id), log, keep: false, long.MaxValue));
        }
        catch (MissingPageException missing)
        {
            throw new InconsistentStateException($"{missing.Message} Another writer has taken over.", missing);
        }
    }

    /// <summary>Puts artifacts into the head being made.</summary>
    /// <returns>What to pass to <see cref="Take"/> once all checks have passed; null if there are no artifacts.</returns>
    private static ArtifactSizes.Plan? Plan(ref TaskHead next, IReadOnlyList<TaskArtifact> chunks, ArtifactSizes? sizes)
    {
        if (chunks.Count == 0)
        {
            return null;
        }

        RawJson[] entries = [.. chunks.Select(ArtifactLog.Entry)];
        var plan = sizes!.PlanFor(chunks, entries);
        next = next with
        {
            Artifacts = next.Artifacts.Append(entries) with { Bytes = plan.Total },
            ArtifactBytes = plan.Living,
            ArtifactCount = next.ArtifactCount + plan.Added,
        };
        return plan;
    }

    private void Take(ArtifactSizes.Plan? plan, IReadOnlyList<TaskArtifact> chunks)
    {
        if (plan is null)
        {
            return;
        }

        sizes!.Take(plan);
        foreach (var chunk in chunks)
        {
            artifacts.Add(ArtifactLog.IdOf(chunk.Json));
        }
    }

    /// <summary>Refuses what would make the task larger than one answer carries. One that is so already may become smaller.</summary>
    private void CheckRoom(TaskHead before, TaskHead after, string field)
    {
        var known = before.ArtifactBytes is null && sizes is not null ? before with { ArtifactBytes = sizes.Living } : before;
        if (after.ContentBytes > rules.MaxLoadBytes && after.ContentBytes > known.ContentBytes)
        {
            throw new RegistryException(
                RegistryError.TooLarge,
                $"{field}: task '{id}' would have {after.ContentBytes:N0} bytes of messages and artifacts; "
                    + $"one answer carries up to {rules.MaxLoadBytes:N0}, and so a task has no more. Replace artifacts by smaller ones, "
                    + "give large content as a url, or begin a new task and name this one in its message's referenceTaskIds.",
                field)
            {
                CurrentGeneration = before.Generation,
            };
        }
    }

    private async Task<TaskHead> FlushArtifactsAsync(TaskHead before, TaskHead after)
    {
        if (before.ArtifactsSwept < before.Artifacts.Base)
        {
            // Since the head was stored that names other pages, nobody needs these but readers who still have the one before: they ask for it again.
            await artifacts.DeletePagesAsync(before.ArtifactsSwept, before.Artifacts.Base);
            after = after with { ArtifactsSwept = before.Artifacts.Base };
        }

        if (sizes is not null && !after.Deleting && sizes.Total - sizes.Living > Math.Max(sizes.Living, LeastReplaced)
            && sizes.Living <= 2L * rules.MaxLoadBytes)
        {
            var living = await new ArtifactReader(new LogReader(pages)).SurveyAsync(
                LogName.ArtifactsOf(tenant, id),
                after.Artifacts,
                keep: true,
                long.MaxValue);
            sizes.Compacted();
            return after with
            {
                Artifacts = await artifacts.RewriteAsync(
                    after.Artifacts,
                    [.. living.Artifacts.SelectMany(artifact => artifact.Entries)],
                    writer.IsCurrentAsync),
            };
        }

        return before.Artifacts.IsFull
            ? after with { Artifacts = await artifacts.FlushAsync(before.Artifacts, after.Artifacts, writer.IsCurrentAsync) }
            : after;
    }

    private readonly struct ArtifactCall : IDisposable
    {
        private readonly TaskGrain? grain;

        public ArtifactCall(TaskGrain? grain)
        {
            this.grain = grain;
            if (grain is not null)
            {
                grain.artifactCalls++;
            }
        }

        public void Dispose()
        {
            if (grain is not null)
            {
                grain.artifactCalls--;
            }
        }
    }
}
