run:
	streamlit run app.py
