using System.Buffers;
using System.Text;
using OrleansRegistry.Model;

namespace OrleansRegistry.Directory;

/// <summary>One agent as the directory holds it: its record, and what its card is found by. Immutable.</summary>
internal sealed class AgentEntry
{
    // In no UTF-8 text, so that no match runs from one field into the next.
    private const byte FieldEnd = 0xFF;

    private const int FewExtensions = 16;

    // So that to tell of all extensions of one agent does not cost the square of their number.
    private readonly Dictionary<string, DeclaredExtension>? manyExtensions;

    private AgentEntry(AgentRecord record, AgentCard? card, ExtensionPolicy policy, AgentEntry? before)
    {
        Record = record;
        SearchText = card is null ? Fold(record.Id) : Fold(card, before?.SearchText);
        Tags = Kept(before?.Tags, card?.Tags);
        Categories = Kept(before?.Categories, card?.Categories);
        Capabilities = Kept(before?.Capabilities, card?.Capabilities);
        Skills = Kept(before?.Skills, card is null ? [] : SkillIds(card));
        Providers = Kept(before?.Providers, card?.ProviderOrganization is { } organization ? [organization] : []);
        Extensions = card is null ? [] : Listed(card.Extensions, policy);
        manyExtensions = Extensions.Count > FewExtensions ? Extensions.ToDictionary(extension => extension.Uri, StringComparer.Ordinal) : null;
    }

    /// <summary>The same card in a new record.</summary>
    private AgentEntry(AgentRecord record, AgentEntry same)
    {
        Record = record;
        SearchText = same.SearchText;
        (Tags, Categories, Capabilities, Skills, Providers) = (same.Tags, same.Categories, same.Capabilities, same.Skills, same.Providers);
        (Extensions, manyExtensions) = (same.Extensions, same.manyExtensions);
    }

    public AgentRecord Record { get; }

    /// <summary>Name, description and skill ids in lower case, as UTF-8.</summary>
    public byte[] SearchText { get; }

    public IReadOnlyList<string> Tags { get; }

    public IReadOnlyList<string> Categories { get; }

    public IReadOnlyList<string> Capabilities { get; }

    public IReadOnlyList<string> Skills { get; }

    /// <summary>The provider's organization, or none.</summary>
    public IReadOnlyList<string> Providers { get; }

    public IReadOnlyList<DeclaredExtension> Extensions { get; }

    /// <summary>The agent's declaration of this extension, or null.</summary>
    public DeclaredExtension? Extension(string uri) =>
        manyExtensions is not null ? manyExtensions.GetValueOrDefault(uri) : Extensions.FirstOrDefault(extension => extension.Uri == uri);

    /// <summary>
    /// Indexes a stored record. <paramref name="unreadable"/> is set where its card, taken by an earlier version of the
    /// registry, can no longer be read: the agent is then found by its id alone.
    /// </summary>
    /// <param name="reading">The reading of its card, where it is known already.</param>
    /// <param name="before">What it takes the place of: what has not changed is taken over, so that it is neither made nor kept twice.</param>
    public static AgentEntry For(AgentRecord record, AgentCard? reading, ExtensionPolicy policy, AgentEntry? before, out RegistryException? unreadable)
    {
        unreadable = null;
        if (before is not null && before.Record.Card == record.Card)
        {
            return new AgentEntry(record, before);
        }

        try
        {
            return new AgentEntry(record, reading ?? AgentCard.Read(record.Card), policy, before);
        }
        catch (RegistryException fault)
        {
            unreadable = fault;
            return new AgentEntry(record, null, policy, before);
        }
    }

    /// <summary>The bytes to look for in <see cref="SearchText"/>.</summary>
    public static byte[] Fold(string text) => Encoding.UTF8.GetBytes(text.ToLowerInvariant());

    private static byte[] Fold(AgentCard card, byte[]? before)
    {
        var length = FoldedLength(card.Name) + FoldedLength(card.Description);
        foreach (var skill in card.Skills)
        {
            length += FoldedLength(skill.Id);
        }

        var rented = ArrayPool<byte>.Shared.Rent(length);
        var end = Append(rented, 0, card.Name);
        end = Append(rented, end, card.Description);
        foreach (var skill in card.Skills)
        {
            end = Append(rented, end, skill.Id);
        }

        var folded = rented.AsSpan(0, end);
        var kept = before is not null && folded.SequenceEqual(before) ? before : folded.ToArray();
        ArrayPool<byte>.Shared.Return(rented);
        return kept;
    }

    private static int FoldedLength(string? text) => text is null ? 0 : Encoding.UTF8.GetMaxByteCount(text.Length) + 1;

    private static int Append(byte[] buffer, int at, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return at;
        }

        if (Ascii.ToLower(text, buffer.AsSpan(at), out var written) != OperationStatus.Done)
        {
            var lower = ArrayPool<char>.Shared.Rent(text.Length);
            var length = text.AsSpan().ToLowerInvariant(lower);
            written = Encoding.UTF8.GetBytes(lower.AsSpan(0, length), buffer.AsSpan(at));
            ArrayPool<char>.Shared.Return(lower);
        }

        buffer[at + written] = FieldEnd;
        return at + written + 1;
    }

    private static IReadOnlyList<string> Kept(IReadOnlyList<string>? before, IReadOnlyList<string>? now) =>
        now is null ? [] : before is not null && before.Count == now.Count && before.SequenceEqual(now, StringComparer.Ordinal) ? before : now;

    private static string[] SkillIds(AgentCard card)
    {
        if (card.Skills.Count == 1)
        {
            return string.IsNullOrEmpty(card.Skills[0].Id) ? [] : [card.Skills[0].Id!];
        }

        return [.. card.Skills.Select(skill => skill.Id).OfType<string>().Where(id => id.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<DeclaredExtension> Listed(IReadOnlyList<DeclaredExtension> declared, ExtensionPolicy policy) =>
        declared.Count == 0 || declared.All(extension => policy.Allows(extension.Uri)) ? declared : [.. declared.Where(extension => policy.Allows(extension.Uri))];
}

/// <summary>The place of one agent id in the directory's orderings; its entry is replaced with every change.</summary>
internal sealed class AgentSlot(string id)
{
    private volatile AgentEntry? entry;

    public string Id => id;

    /// <summary>Null once the agent is removed.</summary>
    public AgentEntry? Entry
    {
        get => entry;
        set => entry = value;
    }
}
