using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace OrleansRegistry.Directory;

/// <summary>
/// An inverted index of cards: for each token the documents that have it. A document is one card of one agent; a changed card is a new document, with a
/// higher number. One writer; readers take no locks.
/// </summary>
internal sealed class TextGeneration
{
    private readonly ConcurrentDictionary<string, Postings> tokens = new(concurrencyLevel: 1, capacity: 31, StringComparer.Ordinal);
    private volatile AgentEntry?[] entries = [];
    private volatile ushort[] lengths = [];
    private volatile int count;
    private long totalLength;

    /// <summary>All tokens, in their order.</summary>
    public Sorted<Postings> Tokens { get; } = new();

    /// <summary>The number of documents, those that are gone included.</summary>
    public int Count => count;

    /// <summary>How many are gone.</summary>
    public int Gone { get; private set; }

    /// <summary>The usual number of tokens of a document.</summary>
    public float UsualLength => count == 0 ? 1 : Math.Max(1, Volatile.Read(ref totalLength) / (float)count);

    /// <summary>By the numbers of documents; null for those that are gone. May be longer than <see cref="Count"/>.</summary>
    public AgentEntry?[] Entries => entries;

    /// <summary>The number of tokens, by the numbers of documents.</summary>
    public ushort[] Lengths => lengths;

    public Postings? Find(string token) => tokens.GetValueOrDefault(token);

    /// <summary>Finds the tokens of a card. May be called by any number of threads.</summary>
    public PreparedText Prepare(AgentCard card, string id)
    {
        var state = new Preparing(tokens.GetAlternateLookup<ReadOnlySpan<char>>());
        foreach (var (text, weight) in CardText.Of(card, id))
        {
            state.Weight = weight;
            TextTokens.Read(text, state, static (preparing, token, _) => preparing.Add(token));
        }

        return new PreparedText(this, [.. state.Found.Select(pair => (pair.Key, pair.Value))], state.Length);
    }

    /// <returns>The document's number.</returns>
    public int Add(AgentEntry entry, PreparedText text)
    {
        var document = count;
        foreach (var (token, weight) in text.Tokens)
        {
            Of(token.Token, text.Of == this ? token : null).Add(Postings.Item(document, weight));
        }

        return Append(entry, text.Length);
    }

    /// <summary>The same card in another record.</summary>
    public void Replace(int document, AgentEntry entry) => entries[document] = entry;

    public void Remove(int document)
    {
        entries[document] = null;
        Gone++;
    }

    /// <summary>A new generation, of what is not gone. Tells each agent's new document.</summary>
    public TextGeneration Compact(Action<AgentEntry, int> moved)
    {
        var fresh = new TextGeneration();
        var numbers = new int[count];
        for (var document = 0; document < count; document++)
        {
            numbers[document] = -1;
            if (entries[document] is { } entry)
            {
                numbers[document] = fresh.Append(entry, lengths[document]);
                moved(entry, numbers[document]);
            }
        }

        var kept = new List<uint>();
        foreach (var token in Tokens.After(null))
        {
            kept.Clear();
            foreach (var item in token.Items)
            {
                if (numbers[Postings.DocumentOf(item)] is >= 0 and var number)
                {
                    kept.Add(((uint)number << 8) | (item & 0xFF));
                }
            }

            if (kept.Count > 0)
            {
                fresh.Of(token.Token, null).Fill([.. kept]);
            }
        }

        return fresh;
    }

    private Postings Of(string token, Postings? made)
    {
        if (tokens.TryGetValue(token, out var known))
        {
            return known;
        }

        var added = made ?? new Postings(token);
        tokens[token] = added;
        Tokens.Add(added);
        return added;
    }

    private int Append(AgentEntry entry, int length)
    {
        var document = count;
        if (document == entries.Length)
        {
            var larger = new AgentEntry?[Math.Max(16, document + (document / 2))];
            var longer = new ushort[larger.Length];
            entries.CopyTo(larger, 0);
            lengths.CopyTo(longer, 0);
            lengths = longer;
            entries = larger;
        }

        entries[document] = entry;
        lengths[document] = (ushort)Math.Min(length, ushort.MaxValue);
        Volatile.Write(ref totalLength, totalLength + length);
        count = document + 1;
        return document;
    }

    private sealed class Preparing(ConcurrentDictionary<string, Postings>.AlternateLookup<ReadOnlySpan<char>> known)
    {
        private Dictionary<string, Postings>? fresh;

        public Dictionary<Postings, float> Found { get; } = new(ReferenceEqualityComparer.Instance);

        public int Length { get; private set; }

        public float Weight { get; set; }

        public void Add(ReadOnlySpan<char> token)
        {
            Length++;
            if (!known.TryGetValue(token, out var postings))
            {
                fresh ??= new Dictionary<string, Postings>(StringComparer.Ordinal);
                ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(fresh.GetAlternateLookup<ReadOnlySpan<char>>(), token, out _);
                slot ??= new Postings(token.ToString());
                postings = slot;
            }

            CollectionsMarshal.GetValueRefOrAddDefault(Found, postings, out _) += Weight;
        }
    }
}
