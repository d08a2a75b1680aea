using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace OrleansRegistry.Directory;

/// <summary>
/// An inverted index of cards: for each token the documents that have it. A document is one card of one agent; a changed card is a new document, with a
/// higher number. One writer; readers take no locks.
/// </summary>
internal sealed class TextGeneration
{
    private const int MostLetters = 512;

    private readonly ConcurrentDictionary<string, Postings> tokens = new(concurrencyLevel: 1, capacity: 31, StringComparer.Ordinal);
    private readonly HashSet<char> seen = [];
    private volatile char[] letters = [];
    private volatile TrigramBlock[] blocks = [];
    private volatile AgentEntry?[] entries = [];
    private volatile ushort[] lengths = [];
    private volatile int[] names = [];
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

    /// <summary>Those of all tokens, but Chinese, Japanese and Korean characters; up to <see cref="MostLetters"/>.</summary>
    public ReadOnlySpan<char> Letters => letters;

    /// <summary>Finds substrings in <see cref="AgentEntry.SearchText"/> of the first documents; the others are in no block yet.</summary>
    public ReadOnlySpan<TrigramBlock> Blocks => blocks;

    /// <summary>As <see cref="NameOf"/> makes it of the agent's id, by the numbers of documents.</summary>
    public int[] Names => names;

    /// <summary>A number for what an agent is called: of names that differ in signs and case alone the same.</summary>
    /// <param name="plain">As <see cref="TextTokens.Plain"/>.</param>
    public static int NameOf(string plain) => plain.GetHashCode(StringComparison.Ordinal);

    public Postings? Find(string token) => tokens.GetValueOrDefault(token);

    public Postings? Find(ReadOnlySpan<char> token) =>
        tokens.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var found) ? found : null;

    /// <summary>Finds the tokens of a card. May be called by any number of threads.</summary>
    public PreparedText Prepare(AgentCard card, string id)
    {
        var state = new Preparing(tokens.GetAlternateLookup<ReadOnlySpan<char>>());
        foreach (var (text, weight) in CardText.Of(card, id))
        {
            state.Weight = weight;
            TextTokens.Read(text, state, static (preparing, token, _) => preparing.Add(token));
        }

        return new PreparedText(this, [.. state.Found.Select(pair => (pair.Key, pair.Value))], state.Length, NameOf(TextTokens.Plain(id)));
    }

    /// <returns>The document's number.</returns>
    public int Add(AgentEntry entry, PreparedText text)
    {
        var document = count;
        foreach (var (token, weight) in text.Tokens)
        {
            Of(token.Token, text.Of == this ? token : null).Add(Postings.Item(document, weight));
        }

        return Append(entry, text.Length, text.Name);
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
                numbers[document] = fresh.Append(entry, lengths[document], names[document]);
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
        SeeLetters(token);
        return added;
    }

    private void SeeLetters(string token)
    {
        foreach (var letter in token)
        {
            if (seen.Count < MostLetters && !TextTokens.IsCharacter(letter) && seen.Add(letter))
            {
                letters = [.. seen];
            }
        }
    }

    private int Append(AgentEntry entry, int length, int name)
    {
        var document = count;
        if (document == entries.Length)
        {
            var larger = new AgentEntry?[Math.Max(16, document + (document / 2))];
            entries.CopyTo(larger, 0);
            lengths = Longer(lengths, larger.Length);
            names = Longer(names, larger.Length);
            entries = larger;
        }

        entries[document] = entry;
        names[document] = name;
        lengths[document] = (ushort)Math.Min(length, ushort.MaxValue);
        Volatile.Write(ref totalLength, totalLength + length);
        count = document + 1;
        if (count % TrigramBlock.Documents == 0)
        {
            blocks = [.. blocks, new TrigramBlock(entries.AsSpan(count - TrigramBlock.Documents, TrigramBlock.Documents))];
        }

        return document;
    }

    private static T[] Longer<T>(T[] items, int length)
    {
        var longer = new T[length];
        items.CopyTo(longer, 0);
        return longer;
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
