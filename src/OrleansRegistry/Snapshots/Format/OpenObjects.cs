using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace OrleansRegistry.Snapshots;

/// <summary>
/// The objects and arrays that have begun and not ended, innermost last, and of the objects what members they have so far: by these an object is put
/// in order when it ends.
/// </summary>
internal sealed class OpenObjects(SpillBuffer output, string what) : IDisposable
{
    /// <summary>The most bytes of names in all objects that are open at once.</summary>
    public const int MaxNameBytes = 16 * 1024 * 1024;

    /// <summary>The most members of all objects that are open at once.</summary>
    public const int MaxMembers = 1_000_000;

    private readonly List<Frame> frames = [];
    private readonly List<Member> members = [];
    private byte[] names = [];
    private int namesUsed;

    /// <summary>How many are open.</summary>
    public int Depth => frames.Count;

    /// <summary>Whether the innermost is an object.</summary>
    public bool IsObject => frames[^1].IsObject;

    /// <summary>The members of the outermost object, in order: name, and where the value lies in the output. Known once that has ended.</summary>
    public IReadOnlyList<(string Name, long From, long End)> Outermost { get; private set; } = [];

    public void Begin(bool isObject) => frames.Add(new Frame(isObject, members.Count, namesUsed));

    /// <summary>A member of the innermost object begins where the output ends.</summary>
    public void BeginMember()
    {
        if (members.Count == MaxMembers)
        {
            throw TooLarge($"has more than {MaxMembers:N0} members in objects that are open at once");
        }

        members.Add(new Member(namesUsed, 0, output.Length, 0));
    }

    /// <summary>More of the name of the last member, unescaped.</summary>
    public void AppendName(ReadOnlySpan<byte> text)
    {
        if (namesUsed + text.Length > MaxNameBytes)
        {
            throw TooLarge($"has more than {MaxNameBytes:N0} bytes of names in objects that are open at once");
        }

        if (namesUsed + text.Length > names.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(namesUsed + text.Length, Math.Max(1024, names.Length * 2)));
            names.AsSpan(0, namesUsed).CopyTo(larger);
            Dispose();
            names = larger;
        }

        text.CopyTo(names.AsSpan(namesUsed));
        namesUsed += text.Length;
    }

    public void EndName()
    {
        var member = members[^1] with { NameLength = namesUsed - members[^1].NameFrom };
        members[^1] = member;
        var frame = frames[^1];
        if (members.Count - 1 > frame.FirstMember && !frame.IsUnsorted && Compare(members[^2], member) >= 0)
        {
            frames[^1] = frame with { IsUnsorted = true };
        }
    }

    /// <summary>The last member of the innermost object ends where the output does.</summary>
    public void EndMember()
    {
        if (frames[^1].IsObject)
        {
            members[^1] = members[^1] with { End = output.Length };
        }
    }

    /// <summary>The end of the innermost; what closes it is not written yet.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: an object has two members of one name.</exception>
    public void End()
    {
        var frame = frames[^1];
        if (frame.IsObject && members.Count > frame.FirstMember)
        {
            EndMember();
            if (frame.IsUnsorted)
            {
                Sort(frame.FirstMember);
            }
        }

        if (frames.Count == 1 && frame.IsObject)
        {
            Outermost = [.. members.Select(Describe)];
        }

        frames.RemoveAt(frames.Count - 1);
        members.RemoveRange(frame.FirstMember, members.Count - frame.FirstMember);
        namesUsed = frame.NamesFrom;
    }

    public void Dispose()
    {
        if (names.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(names);
            names = [];
        }
    }

    private void Sort(int first)
    {
        var sorted = members.GetRange(first, members.Count - first);
        sorted.Sort(Compare);
        for (var i = 1; i < sorted.Count; i++)
        {
            if (Compare(sorted[i - 1], sorted[i]) == 0)
            {
                throw RegistryException.Invalid(what, $"has an object with two members '{LogText.Id(Encoding.UTF8.GetString(NameOf(sorted[i])))}'");
            }
        }

        output.Rearrange([.. sorted.Select(member => (member.From, member.End))], (byte)',');
        var at = members[first].From;
        for (var i = 0; i < sorted.Count; i++)
        {
            var length = sorted[i].End - sorted[i].From;
            members[first + i] = sorted[i] with { From = at, End = at + length };
            at += length + 1;
        }
    }

    /// <summary>The value follows the name as it was written, in quotes, and a colon.</summary>
    private (string Name, long From, long End) Describe(Member member)
    {
        var name = Encoding.UTF8.GetString(NameOf(member));
        using var written = new MemoryStream();
        SerdeText.Write(written, name);
        return (name, member.From + written.Length + 1, member.End);
    }

    private int Compare(Member one, Member other) => NameOf(one).SequenceCompareTo(NameOf(other));

    private ReadOnlySpan<byte> NameOf(Member member) => names.AsSpan(member.NameFrom, member.NameLength);

    private RegistryException TooLarge(string rule) => new(RegistryError.TooLarge, $"{what}: {rule}", what);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Frame(bool IsObject, int FirstMember, int NamesFrom, bool IsUnsorted = false);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Member(int NameFrom, int NameLength, long From, long End);
}
