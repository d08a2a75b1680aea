namespace OrleansRegistry.Directory;

/// <summary>
/// How an agent's vectors become its score in a search by vectors: of the cosines that are not below a threshold, 0.6 of the highest, 0.3 of the mean of
/// the highest three, and 0.1 for five of them, or as much less as there are fewer.
/// </summary>
/// <remarks>Source: a2a-registry 0.1.5.</remarks>
internal static class VectorScore
{
    private const float HighestShare = 0.6f;
    private const float MeanShare = 0.3f;
    private const float CountShare = 0.1f;
    private const float Enough = 5;

    /// <summary>The most that an agent may get whose nearest vector has this cosine.</summary>
    public static float MostOf(float cosine) => ((HighestShare + MeanShare) * cosine) + CountShare;

    /// <param name="cosines">Of an agent's vectors.</param>
    /// <returns>Null where none is as high as the threshold.</returns>
    public static (float Score, int Nearest)? Of(ReadOnlySpan<float> cosines, float threshold)
    {
        var (first, second, third) = (float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity);
        var (count, nearest) = (0, 0);
        for (var i = 0; i < cosines.Length; i++)
        {
            var cosine = cosines[i];
            if (cosine < threshold)
            {
                continue;
            }

            count++;
            if (cosine > first)
            {
                (first, second, third) = (cosine, first, second);
                nearest = i;
            }
            else if (cosine > second)
            {
                (second, third) = (cosine, second);
            }
            else if (cosine > third)
            {
                third = cosine;
            }
        }

        if (count == 0)
        {
            return null;
        }

        var mean = count == 1 ? first : count == 2 ? (first + second) / 2 : (first + second + third) / 3;
        return ((HighestShare * first) + (MeanShare * mean) + (CountShare * Math.Min(count / Enough, 1)), nearest);
    }
}
