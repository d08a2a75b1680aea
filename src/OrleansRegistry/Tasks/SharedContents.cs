using System.Collections.Concurrent;

namespace OrleansRegistry.Tasks;

/// <summary>What of a task was loaded for readers.</summary>
internal sealed record TaskContent(IReadOnlyList<RawJson> History, bool IsHistoryCut, IReadOnlyList<RawJson> Artifacts, bool AreArtifactsCut);

/// <summary>Which content: of one generation of one task, and how much of it.</summary>
internal readonly record struct ContentKey(string Tenant, string Id, DateTimeOffset CreatedAt, long Generation, long Messages, bool Artifacts);

/// <summary>
/// Large contents, of which any number of readers who want the same at about the same time share one copy: it is loaded once, and given to whoever
/// asks while another still has it. Nothing is kept that no reader has.
/// </summary>
internal sealed class SharedContents
{
    private const int Plenty = 256;

    private readonly ConcurrentDictionary<ContentKey, Entry> entries = new();

    /// <summary>The content; loaded by <paramref name="load"/> unless it is cached.</summary>
    public async Task<TaskContent> GetAsync(ContentKey key, Func<Task<TaskContent>> load)
    {
        while (true)
        {
            var entry = entries.GetOrAdd(key, static (_, load) => new Entry(load), load);
            try
            {
                if (await entry.GetAsync() is { } content)
                {
                    return content;
                }

                entries.TryRemove(new KeyValuePair<ContentKey, Entry>(key, entry));
            }
            catch (Exception)
            {
                entries.TryRemove(new KeyValuePair<ContentKey, Entry>(key, entry));
                throw;
            }
            finally
            {
                Tidy();
            }
        }
    }

    private void Tidy()
    {
        if (entries.Count < Plenty)
        {
            return;
        }

        foreach (var entry in entries.Where(entry => entry.Value.IsOver))
        {
            entries.TryRemove(entry);
        }
    }

    private sealed class Entry
    {
        private readonly Lazy<Task> load;
        private volatile Task<TaskContent>? loading;
        private volatile Held? held;

        public Entry(Func<Task<TaskContent>> load) => this.load = new Lazy<Task>(() => loading = RunAsync(load));

        /// <summary>Loaded, and nobody has it any more.</summary>
        public bool IsOver => load.IsValueCreated && loading is null && held?.Content is null;

        /// <summary>The content; null if it is no longer cached.</summary>
        public async Task<TaskContent?> GetAsync()
        {
            var began = load.Value;
            if (loading is { } running)
            {
                return await running;
            }

            await began;
            return held?.Content;
        }

        private async Task<TaskContent> RunAsync(Func<Task<TaskContent>> load)
        {
            // So that this is known to be loading before it has loaded.
            await Task.Yield();
            var content = await load();
            held = new Held(content);
            loading = null;
            return content;
        }
    }

    /// <summary>The lists are what readers hold.</summary>
    private sealed class Held(TaskContent content)
    {
        private readonly WeakReference<IReadOnlyList<RawJson>> history = new(content.History);
        private readonly WeakReference<IReadOnlyList<RawJson>> artifacts = new(content.Artifacts);
        private readonly (bool History, bool Artifacts) cut = (content.IsHistoryCut, content.AreArtifactsCut);

        public TaskContent? Content =>
            history.TryGetTarget(out var messages) && artifacts.TryGetTarget(out var found)
            ? new TaskContent(messages, cut.History, found, cut.Artifacts)
            : null;
    }
}
