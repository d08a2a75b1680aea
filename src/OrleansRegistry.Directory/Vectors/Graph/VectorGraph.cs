using System.Numerics.Tensors;

namespace OrleansRegistry.Directory;

/// <summary>
/// Finds the vectors near another one without a look at all of them, and may miss some: a graph of near ones (HNSW), which USearch keeps outside the
/// runtime's memory with a byte for each dimension. Vectors are only added to it: those that are gone are passed over by who asks. Adding is for one
/// caller at a time; searches wait while a few are added.
/// </summary>
/// <remarks>Malkov and Yashunin, Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs, 2018.</remarks>
internal sealed class VectorGraph : IDisposable
{
    /// <summary>How many are added while searches wait: about 2 ms.</summary>
    private const int FewAdded = 8;

    private readonly USearch.Handle index;
    private readonly SemaphoreSlim turns = new(Threads, Threads);
    private volatile int count;

    /// <param name="dimensions">Vectors with others are not in it.</param>
    /// <exception cref="DllNotFoundException">USearch cannot be loaded here.</exception>
    /// <exception cref="InvalidOperationException">It cannot make an index.</exception>
    public VectorGraph(int dimensions)
    {
        Dimensions = dimensions;
        var options = new USearch.Options { Metric = USearch.Cosine, Scalar = USearch.SignedByte, Dimensions = (nuint)dimensions };
        index = USearch.Make(options, out var error);
        USearch.Check(error);
    }

    public int Dimensions { get; }

    /// <summary>How many of the first vectors were taken in; later ones are not found.</summary>
    public int Count => count;

    /// <summary>How much memory it takes.</summary>
    public long Bytes
    {
        get
        {
            var bytes = USearch.BytesOf(index, out var error);
            USearch.Check(error);
            return (long)bytes;
        }
    }

    private static int Threads => Environment.ProcessorCount;

    /// <summary>Takes in all that are there. Before the first search.</summary>
    /// <exception cref="InvalidOperationException">There is not enough memory.</exception>
    /// <exception cref="OperationCanceledException"/>
    public void Build(VectorRows rows, int threads, CancellationToken cancellationToken)
    {
        var all = rows.Rows.ToArray();
        Reserve(all.Length);
        Parallel.For(
            0,
            all.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Min(threads, Threads), CancellationToken = cancellationToken },
            i => Add(i, all[i]));
        count = all.Length;
    }

    /// <summary>Takes in the next few.</summary>
    /// <returns>Whether there were any.</returns>
    /// <exception cref="InvalidOperationException">There is not enough memory.</exception>
    public bool AddFew(VectorRows rows)
    {
        var next = rows.Rows[Math.Min(count, rows.Count)..];
        next = next[..Math.Min(FewAdded, next.Length)];
        for (var i = 0; i < Threads; i++)
        {
            turns.Wait();
        }

        try
        {
            if (USearch.SizeOf(index, out _) + FewAdded > USearch.CapacityOf(index, out _))
            {
                Reserve(count + (count / 4) + FewAdded);
            }

            foreach (var row in next)
            {
                Add(count, row);
                count++;
            }
        }
        finally
        {
            turns.Release(Threads);
        }

        return next.Length > 0;
    }

    /// <summary>The numbers of about the nearest vectors, nearest first; some may be gone.</summary>
    /// <returns>Null where it cannot tell, as it is gone.</returns>
    public int[]? Search(float[] query, int most)
    {
        Span<sbyte> bytes = stackalloc sbyte[Dimensions];
        ToBytes(query, bytes);
        var keys = new ulong[most];
        var distances = new float[most];
        turns.Wait();
        try
        {
            var found = USearch.Search(index, bytes, USearch.SignedByte, (nuint)most, keys, distances, out var error);
            return error == 0 ? Array.ConvertAll(keys[..(int)found], static key => (int)key) : null;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose() => index.Dispose();

    private void Add(int number, VectorRow? row)
    {
        if (row is null || row.Values.Length != Dimensions)
        {
            return;
        }

        Span<sbyte> bytes = stackalloc sbyte[Dimensions];
        ToBytes(row.Values, bytes);
        USearch.Add(index, (ulong)number, bytes, USearch.SignedByte, out var error);
        USearch.Check(error);
    }

    private void Reserve(int capacity)
    {
        USearch.Reserve(index, (nuint)capacity, out var error);
        USearch.Check(error);

        // Else it goes by the machine's processors, and refuses calls beyond.
        USearch.SetAddingThreads(index, (nuint)Threads, out error);
        USearch.Check(error);
        USearch.SetSearchingThreads(index, (nuint)Threads, out error);
        USearch.Check(error);
    }

    /// <summary>In the largest scale that fits, as no length has a part in a cosine.</summary>
    private static void ToBytes(ReadOnlySpan<float> values, Span<sbyte> bytes)
    {
        var scale = sbyte.MaxValue / MathF.Abs(TensorPrimitives.MaxMagnitude(values));
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (sbyte)MathF.Round(values[i] * scale);
        }
    }
}
