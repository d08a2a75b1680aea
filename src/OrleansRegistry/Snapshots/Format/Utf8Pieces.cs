using System.Text.Unicode;

namespace OrleansRegistry.Snapshots;

/// <summary>Checks UTF-8 that comes in pieces: a character of several bytes may be cut between two.</summary>
internal sealed class Utf8Pieces
{
    private readonly byte[] carry = new byte[4];
    private int carried;

    /// <summary>Whether a character has begun that has not ended.</summary>
    public bool IsCut => carried > 0;

    /// <returns>False where it is not UTF-8.</returns>
    public bool Check(ReadOnlySpan<byte> piece)
    {
        if (carried > 0)
        {
            var missing = Math.Min(LengthOf(carry[0]) - carried, piece.Length);
            piece[..missing].CopyTo(carry.AsSpan(carried));
            carried += missing;
            piece = piece[missing..];
            if (carried < LengthOf(carry[0]))
            {
                return true;
            }

            if (!Utf8.IsValid(carry.AsSpan(0, carried)))
            {
                return false;
            }

            carried = 0;
        }

        return Utf8.IsValid(CutEnd(piece));
    }

    /// <summary>The piece without a character at its end that is not whole, which is kept for the next.</summary>
    private ReadOnlySpan<byte> CutEnd(ReadOnlySpan<byte> piece)
    {
        for (var back = 1; back <= Math.Min(3, piece.Length) && piece[^back] >= 0x80; back++)
        {
            if (piece[^back] < 0xC0)
            {
                continue;
            }

            if (LengthOf(piece[^back]) <= back)
            {
                break;
            }

            carried = back;
            piece[^back..].CopyTo(carry);
            return piece[..^back];
        }

        return piece;
    }

    private static int LengthOf(byte first) => first switch
    {
        >= 0xF0 => 4,
        >= 0xE0 => 3,
        >= 0xC0 => 2,
        _ => 1,
    };
}
